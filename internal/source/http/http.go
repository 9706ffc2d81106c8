// Package http takes events that are posted to it, as EventBridge does with an API destination.
package http

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/internal/source"
)

// Header carries the secret: the connection of an API destination, of the kind API_KEY, names it as its ApiKeyName.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnectionApiKeyAuthRequestParameters.html
const Header = "X-Riposte-Secret"

// name is what figures call this source.
const name = "http"

const (
	minSecret = 16      // characters: a shorter one can be guessed
	maxBody   = 1 << 20 // bytes; EventBridge sends a quarter of it at most
	// inHand is how many bodies are held at once, and so how much memory a storm can take. A sender that finds no place within
	// patience is told to come again: EventBridge gives up after 5 s, and what is refused earlier it repeats sooner.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
	inHand   = 32
	patience = 3 * time.Second
)

// Options are what a listener needs.
type Options struct {
	Listen string // address and port
	Secret string // at least 16 characters
	Handle source.Handle
	Log    *slog.Logger
	Meter  source.Meter // may be nil
}

// Source is a listener, and the handler behind it.
type Source struct {
	Options
	secret  [sha256.Size]byte
	places  chan struct{}
	bodies  sync.Pool
	failing atomic.Bool // the store, when it was asked last
}

// New checks the options; nothing listens yet.
func New(o Options) (*Source, error) {
	if len(o.Secret) < minSecret {
		return nil, fmt.Errorf("the shared secret has %d characters and needs at least %d: make one with openssl rand -hex 32", len(o.Secret), minSecret)
	}
	if o.Meter == nil {
		o.Meter = source.Unmetered{}
	}
	return &Source{Options: o, secret: sha256.Sum256([]byte(o.Secret)), places: make(chan struct{}, inHand)}, nil
}

// ServeHTTP takes one event: 202 once its suspects are stored. EventBridge comes again after 401, 429 and 5xx; after any
// other answer the event goes to the rule's dead-letter queue.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := s.refuse(r); refusal != nil {
		refusal.write(w)
		s.Meter.Count(source.CountRefused, 1, name, refusal.why)
		return
	}
	if !s.place(r.Context()) {
		busy.write(w)
		s.Meter.Count(source.CountRefused, 1, name, busy.why)
		return
	}
	defer func() { <-s.places }()
	body, done, refusal := s.read(w, r)
	defer done()
	if refusal != nil {
		refusal.write(w)
		s.Meter.Count(source.CountRefused, 1, name, refusal.why)
		return
	}
	s.Meter.Count(source.CountReceived, 1, name)
	s.answer(w, s.Handle(r.Context(), body))
}

// refuse says what is wrong with a request before its body is read; a sender that does not know the secret learns nothing else.
func (s *Source) refuse(r *http.Request) *refusal {
	given := sha256.Sum256([]byte(r.Header.Get(Header)))
	switch encoding := r.Header.Get("Content-Encoding"); {
	case subtle.ConstantTimeCompare(given[:], s.secret[:]) != 1:
		return stranger
	case r.Method != http.MethodPost:
		return method
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return encoded
	case r.ContentLength > maxBody:
		return tooLarge
	}
	return nil
}

// place waits for one; false where none became free in time.
func (s *Source) place(ctx context.Context) bool {
	select {
	case s.places <- struct{}{}:
		return true
	default:
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case s.places <- struct{}{}:
		return true
	case <-wait.C:
	case <-ctx.Done():
	}
	return false
}

// answer says what became of a body.
func (s *Source) answer(w http.ResponseWriter, err error) {
	var bad *source.Malformed
	var own *source.Postponed
	switch {
	case err == nil:
		if s.failing.CompareAndSwap(true, false) {
			s.Log.Info("events are stored again", "source", name)
		}
		w.WriteHeader(http.StatusAccepted)
	case errors.As(err, &bad):
		s.Meter.Count(source.CountMalformed, 1, name)
		s.Log.Warn("an event can't be read: it is refused, and its sender told not to come again", "source", name, "error", bad.Err)
		http.Error(w, bad.Error(), http.StatusBadRequest)
	case errors.As(err, &own):
		s.Meter.Count(source.CountFailed, 1, name)
		s.Log.Debug("an event can't be stored for now: its sender is told to come again", "source", name, "error", own.Err)
		notStored.write(w)
	default:
		s.Meter.Count(source.CountFailed, 1, name)
		if !s.failing.Swap(true) {
			s.Log.Error("events can't be stored: their senders are told to come again", "source", name, "error", err)
		}
		notStored.write(w)
	}
}
