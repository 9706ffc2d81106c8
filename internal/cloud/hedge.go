package cloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// impatience is how long a read waits for an answer before it is asked a second time beside the first. AWS answers what
// riposte reads in tens of milliseconds; a connection that hangs would hold the answer to an attack for a whole attempt.
const impatience = time.Second

// hedged sends a request a second time beside one that is not answered soon, and takes the first answer. Only for reads: a
// change is sent once at a time. It stands below the SDK's middleware, which can't be run twice at once; the same signature is
// good for both.
type hedged struct {
	aws.HTTPClient
	after time.Duration
}

// sending is one of the requests and what it came to.
type sending struct {
	answer *http.Response
	err    error
	cancel context.CancelFunc
}

// Do is http.Client's.
func (h hedged) Do(r *http.Request) (*http.Response, error) {
	body, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	done := make(chan *sending, 2)
	send := func() *sending {
		ctx, cancel := context.WithCancel(r.Context())
		s, copied := &sending{cancel: cancel}, r.Clone(ctx)
		if body != nil {
			copied.Body = io.NopCloser(bytes.NewReader(body))
		}
		go func() {
			s.answer, s.err = h.HTTPClient.Do(copied)
			done <- s
		}()
		return s
	}
	late := time.NewTimer(h.after)
	defer late.Stop()
	sent := []*sending{send()}
	for answered := 0; ; {
		select {
		case <-late.C:
			sent = append(sent, send())
		case s := <-done:
			if answered++; s.err != nil && answered < len(sent) {
				s.cancel()
				continue // the other may still come through
			}
			drop(sent, s, done, len(sent)-answered)
			if s.err != nil {
				s.cancel()
				return nil, s.err
			}
			s.answer.Body = closing{s.answer.Body, s.cancel}
			return s.answer, nil
		}
	}
}

// drop ends the sendings beside the one that is taken.
func drop(sent []*sending, taken *sending, done <-chan *sending, left int) {
	for _, s := range sent {
		if s != taken {
			s.cancel()
		}
	}
	go func() {
		for range left {
			if s := <-done; s.answer != nil {
				s.answer.Body.Close()
			}
		}
	}()
}

// closing is the body of the answer; its context lives until the body is closed.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c closing) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// bodyOf reads a request's body, to be sent more than once: nil where it has none.
func bodyOf(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = r.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	return body, nil
}
