// Package webhook tells programs of letters, by requests that are signed as Standard Webhooks has it. It takes no answers.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
)

const (
	patience   = 10 * time.Second // for all of it
	mostAnswer = 64 << 10
	leastKey   = 24 // bytes, as https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md wants them
)

// Hook is an address that is told.
type Hook struct {
	URL    string // https
	Secret string // of the signature: Base64, whsec_ before it or not; "": nothing is signed
	Teams  bool   // the body is a card for a workflow of Microsoft Teams, else JSON

	Allow func(netip.Addr) error // of what the host's name stands for when it is dialled; nil: Public
	TLS   *tls.Config            // nil: the machine's authorities
}

// Channel tells one Hook.
type Channel struct {
	to     *url.URL
	key    []byte
	write  func(notify.Letter) ([]byte, error)
	allow  func(netip.Addr) error
	client *http.Client
	now    func() time.Time
}

// New makes a Channel. Its errors, and those of the Channel, name the host alone: the rest of the URL may be a secret.
func New(h Hook, now func() time.Time) (*Channel, error) {
	to, err := url.Parse(h.URL)
	if err != nil || to.Scheme != "https" || to.Hostname() == "" || to.User != nil {
		return nil, errors.New("a webhook's URL begins with https:// and a host, without a user")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(h.Secret, "whsec_"))
	if err != nil || h.Secret != "" && len(key) < leastKey {
		return nil, fmt.Errorf("the secret of the webhook at %s is none: want whsec_ and the Base64 of %d bytes or more, as openssl rand -base64 32 makes them", to.Host, leastKey)
	}
	c := &Channel{to: to, key: key, write: plain, allow: h.Allow, now: now}
	if h.Teams {
		c.write = card
	}
	if c.allow == nil {
		c.allow = Public
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.client = &http.Client{Timeout: patience, CheckRedirect: stay, Transport: &http.Transport{ // without a proxy: it would dial, whatever the name stands for
		DialContext: guarded(c.allow).DialContext, TLSClientConfig: h.TLS, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: mostAnswer,
		MaxIdleConns: 1, IdleConnTimeout: time.Minute,
	}}
	return c, nil
}

// guarded dials only what is allowed. It looks at the very address that is dialled, after names are resolved: one that stands for another address a
// moment later changes nothing.
func guarded(allow func(netip.Addr) error) *net.Dialer {
	return &net.Dialer{ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("dial %q: %w", address, err)
		}
		return allow(at.Addr())
	}}
}

// Check resolves the host, and sends nothing: each of its addresses has to be allowed.
func (c *Channel) Check(ctx context.Context, lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)) error {
	all, err := lookup(ctx, "ip", c.to.Hostname())
	if err != nil {
		return fmt.Errorf("resolve %s: %w", c.to.Hostname(), err)
	}
	for _, a := range all {
		if err := c.allow(a); err != nil {
			return fmt.Errorf("%s: %w", c.to.Hostname(), err)
		}
	}
	return nil
}

// Send implements notify.Channel. The ref is the first webhook-id. A receiver drops an id that it has seen: so an attempt has that of the one before,
// and what a letter says later another.
func (c *Channel) Send(ctx context.Context, l notify.Letter) (string, error) {
	body, err := c.write(l)
	if err != nil {
		return "", fmt.Errorf("write letter %s: %w", l.ID, err)
	}
	id := l.Nonce
	if l.Ref != "" {
		sum := sha256.Sum256(body)
		id += "-" + hex.EncodeToString(sum[:8])
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.to.String(), bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("write to the webhook at %s", c.to.Host)
	}
	c.sign(request, id, body)
	answer, err := c.client.Do(request)
	if err != nil {
		var with *url.Error // which repeats the URL
		if errors.As(err, &with) {
			err = with.Err
		}
		return "", fmt.Errorf("reach the webhook at %s: %w", c.to.Host, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, mostAnswer)) // so that the connection can be used again
	if err := outcome(answer, c.to.Host); err != nil {
		return "", err
	}
	return l.Nonce, nil
}

// sign writes the headers of Standard Webhooks.
func (c *Channel) sign(r *http.Request, id string, body []byte) {
	at := strconv.FormatInt(c.now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "riposte")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", at)
	if len(c.key) == 0 {
		return
	}
	mac := hmac.New(sha256.New, c.key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	r.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// outcome is what an answer means to the letter.
func outcome(answer *http.Response, host string) error {
	said := fmt.Sprintf("the webhook at %s answers %d", host, answer.StatusCode)
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
		return &notify.Throttled{After: notify.RetryAfter(answer.Header.Get("Retry-After")), Err: errors.New(said)}
	case code >= 300 && code < 400:
		return &notify.Rejected{Why: said + ": it is not followed elsewhere"}
	case code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooEarly:
		return &notify.Rejected{Why: said}
	}
	return errors.New(said)
}
