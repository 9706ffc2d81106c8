package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mostAnswer is the longest answer that is read, apart from archives.
const mostAnswer = 8 << 20

// Later is that a forge wants to be asked again after some time, and not before.
type Later struct{ After time.Duration }

func (l Later) Error() string {
	return fmt.Sprintf("the forge has had enough requests for %s", l.After)
}

// Later is how long from now.
func (l Later) Later() time.Duration { return l.After }

// client speaks JSON to one server. The token goes into a header, which net/http does not send on to another host, and into nothing else.
type client struct {
	base  string
	token func(context.Context) (string, error)
	http  *http.Client
}

func newClient(base string, token func(context.Context) (string, error)) *client {
	return &client{strings.TrimSuffix(base, "/"), token, &http.Client{
		Timeout: time.Minute,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 3 || r.Method != http.MethodGet || r.URL.Scheme != "https" && r.URL.Scheme+r.URL.Host != via[0].URL.Scheme+via[0].URL.Host {
				return errors.New("the forge sends on to where nothing is sent")
			}
			return nil
		},
	}}
}

// answer is what a request was answered with: a status that it was sent for, or an error.
type answer struct {
	status int
	body   []byte
}

// call sends a request and reads the answer into out. Statuses in expected are no errors, and their bodies are kept.
func (c *client) call(ctx context.Context, method, path string, in, out any, expected ...int) (answer, error) {
	res, err := c.send(ctx, method, path, in)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	switch {
	case err != nil || len(body) > mostAnswer:
		return answer{}, errors.New("the forge's answer could not be read to its end")
	case res.StatusCode < 300:
		if out != nil && json.Unmarshal(body, out) != nil {
			return answer{}, fmt.Errorf("%s %s: the answer is not what it should be", method, plain(path))
		}
		return answer{res.StatusCode, body}, nil
	}
	for _, s := range expected {
		if res.StatusCode == s {
			return answer{s, body}, nil
		}
	}
	return answer{}, refused(res, method, path)
}

// send sends a request. An error is net/http's without the address, which may hold a secret where a forge sent on.
func (c *client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, fmt.Errorf("the token: %w", err)
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, errors.New("the forge's address can't be spoken to")
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "riposte")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(r)
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, plain(path), err)
	}
	return res, nil
}

// refused is the error of a status. The body is the forge's text about what it was sent, and is left out.
func refused(res *http.Response, method, path string) error {
	what := fmt.Sprintf("%s %s: %d", method, plain(path), res.StatusCode)
	switch wait := waits(res); {
	case wait > 0:
		return fmt.Errorf("%s: %w", what, Later{wait})
	case res.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s: %w", what, ErrToken)
	case res.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%s: %w", what, ErrRights)
	case res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: %w", what, ErrAbsent)
	}
	return fmt.Errorf("%s: the forge refuses", what)
}

// waits is how long a forge wants to be left alone: by Retry-After, or, as GitHub says it, until its limit begins anew.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
// https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
func waits(res *http.Response) time.Duration {
	limited := res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusForbidden && res.Header.Get("X-RateLimit-Remaining") == "0"
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	switch {
	case err == nil && seconds > 0 && (limited || res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusServiceUnavailable):
		return min(time.Duration(seconds)*time.Second, day)
	case limited:
		return time.Hour
	}
	return 0
}

const day = 24 * time.Hour

// plain is a path without its question.
func plain(path string) string { p, _, _ := strings.Cut(path, "?"); return p }

// download sends for an archive, which the reader has to close.
func (c *client) download(ctx context.Context, path string) (io.ReadCloser, error) {
	res, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.Join(refused(res, http.MethodGet, path), res.Body.Close())
	}
	return res.Body, nil
}
