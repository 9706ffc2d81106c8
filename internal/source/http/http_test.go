package http_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ripostehq/riposte/internal/source"
	riposte "github.com/ripostehq/riposte/internal/source/http"
)

const secret = "0123456789abcdef0123456789abcdef"

// kept is a handle that keeps what it is given.
type kept struct {
	sync.Mutex
	bodies []string
	err    error
}

func (k *kept) handle(_ context.Context, body []byte) error {
	k.Lock()
	defer k.Unlock()
	k.bodies = append(k.bodies, string(body))
	return k.err
}

func listening(t *testing.T, handle source.Handle, log io.Writer) *riposte.Source {
	t.Helper()
	s, err := riposte.New(riposte.Options{Secret: secret, Handle: handle, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func post(body io.Reader, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set(riposte.Header, secret)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestAnEventIsAcceptedOnceItIsStored(t *testing.T) {
	lied := post(strings.NewReader("{}"))
	lied.ContentLength = -1
	get := post(nil)
	get.Method = http.MethodGet
	for _, c := range []struct {
		name    string
		request *http.Request
		err     error // of the store
		status  int
		header  string // that the answer has to have
		text    string // that it has to say
		taken   int
	}{
		{"stored", post(strings.NewReader(`{"a":1}`)), nil, 202, "", "", 1},
		{"of unknown length", lied, nil, 202, "", "", 1},
		{"sent as it is, which the sender says", post(strings.NewReader(`{}`), "Content-Encoding", "identity"), nil, 202, "", "", 1},
		{"unreadable", post(strings.NewReader(`{`)), &source.Malformed{Err: errors.New("no valid JSON at byte 1")}, 400, "", "message: no valid JSON at byte 1\n", 1},
		{"the store fails", post(strings.NewReader(`{}`)), errors.New("disk full at /var/lib"), 503, "Retry-After", "the event can't be stored now: come again\n", 1},
		{"one case is full", post(strings.NewReader(`{}`)), &source.Postponed{Err: errors.New("full")}, 503, "Retry-After", "", 1},
		{"no secret", post(strings.NewReader(`{}`), riposte.Header, ""), nil, 401, "Connection", "the header with the secret is missing or wrong\n", 0},
		{"another secret", post(strings.NewReader(`{}`), riposte.Header, secret+"0"), nil, 401, "Connection", "the header with the secret is missing or wrong\n", 0},
		{"another method", get, nil, 405, "Allow", "events are posted\n", 0},
		{"compressed", post(strings.NewReader(`{}`), "Content-Encoding", "gzip"), nil, 415, "Accept-Encoding", "", 0},
		{"too large, as it says itself", post(strings.NewReader(strings.Repeat("x", 1<<20+1))), nil, 413, "", "an event has at most 1 MiB\n", 0},
		{"too large, as it turns out", post(io.LimitReader(endless{}, 1<<20+1)), nil, 413, "", "", 0},
		{"as large as may be", post(strings.NewReader(strings.Repeat("x", 1<<20))), nil, 202, "", "", 1},
		{"cut off", post(io.MultiReader(strings.NewReader("{"), broken{})), nil, 400, "", "the body ends before it is whole\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &kept{err: c.err}
			w := httptest.NewRecorder()
			listening(t, k.handle, io.Discard).ServeHTTP(w, c.request)
			if w.Code != c.status || len(k.bodies) != c.taken {
				t.Fatalf("answered %d after %d bodies, want %d after %d", w.Code, len(k.bodies), c.status, c.taken)
			}
			if c.header != "" && w.Header().Get(c.header) == "" {
				t.Errorf("no header %s", c.header)
			}
			if c.text != "" && w.Body.String() != c.text {
				t.Errorf("said %q, want %q", w.Body, c.text)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestASecretHasSomeLength(t *testing.T) {
	for _, s := range []string{"", "0123456789abcde"} {
		if _, err := riposte.New(riposte.Options{Secret: s}); err == nil || s != "" && strings.Contains(err.Error(), s) {
			t.Errorf("%d characters: %v", len(s), err)
		}
	}
}

// There is no queue behind a listener, and so none that what is refused could be left to.
func TestTheLogTellsOfWhatIsRefused(t *testing.T) {
	var log bytes.Buffer
	k := &kept{err: &source.Malformed{Err: errors.New("no valid JSON at byte 1")}}
	listening(t, k.handle, &log).ServeHTTP(httptest.NewRecorder(), post(strings.NewReader(`{`)))
	if got := log.String(); !strings.Contains(got, "it is refused, and its sender told not to come again") || strings.Contains(got, "dead-letter") {
		t.Errorf("logged:\n%s", got)
	}
}

// The store comes and goes: one line each time, however much is sent, and none of it holds a body.
func TestTheLogTellsOfTheStoreAndNotOfTheEvents(t *testing.T) {
	var log bytes.Buffer
	k := &kept{}
	s := listening(t, k.handle, &log)
	full := &source.Postponed{Err: errors.New("too many messages wait for the case")} // which says nothing of the store
	for _, err := range []error{nil, full, nil, errors.New("away"), errors.New("away"), full, errors.New("away"), nil, full, nil} {
		k.err = err
		s.ServeHTTP(httptest.NewRecorder(), post(strings.NewReader(`{"sessionToken":"PRIVATE"}`)))
	}
	if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "can't be stored") || !strings.Contains(got, "stored again") {
		t.Errorf("logged:\n%s", got)
	}
	if got := log.String(); strings.Contains(got, "PRIVATE") || strings.Contains(got, secret) {
		t.Errorf("a secret in the log:\n%s", got)
	}
}

// A store that hangs fills the places; a sender that comes then is sent away before EventBridge would give up by itself.
func TestWhoFindsNoPlaceIsToldToComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		s := listening(t, func(context.Context, []byte) error { <-open; return nil }, io.Discard)
		codes := make(chan int, 40)
		for range 40 {
			go func() {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, post(strings.NewReader(`{}`)))
				codes <- w.Code
			}()
		}
		count := map[int]int{}
		for range 8 {
			count[<-codes]++
		}
		close(open)
		for range 32 {
			count[<-codes]++
		}
		if count[http.StatusTooManyRequests] != 8 || count[http.StatusAccepted] != 32 {
			t.Errorf("answers: %v", count)
		}
	})
}

// A listener that is stopped answers what it has begun, and nothing after.
func TestStoppingAnswersWhatIsInHand(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	s := listening(t, func(context.Context, []byte) error { close(begun); <-finish; return nil }, io.Discard)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	answered := make(chan string, 1)
	go func() { answered <- send(l.Addr().String(), secret) }()
	<-begun
	stop()
	close(finish)
	if got := <-answered; got != "202 Accepted" {
		t.Errorf("what was in hand: %s", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if got := send(l.Addr().String(), secret); strings.HasPrefix(got, "2") {
		t.Errorf("answered after the end: %s", got)
	}
}

func send(address, secret string) string {
	r, err := http.NewRequest(http.MethodPost, "http://"+address, strings.NewReader("{}"))
	if err != nil {
		return err.Error()
	}
	r.Header.Set(riposte.Header, secret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Sprint(err)
	}
	resp.Body.Close()
	return resp.Status
}

func TestAPortThatIsTakenIsAnError(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := riposte.New(riposte.Options{Listen: l.Addr().String(), Secret: secret, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "listen for events: ") {
		t.Errorf("have %v", err)
	}
}
