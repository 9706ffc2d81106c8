package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
)

// What a session may do before it has to begin anew.
const (
	sessionLasts = 8 * time.Hour
	mostSessions = 256 // the oldest ends
	mostOfOne    = 8   // a person's: the oldest of these ends, and nobody else's
	mostGuests   = 64  // of them: they end one another's, and nobody else's
	mostOrders   = 20  // a minute
)

// session is a browser whose user has shown the key, or has signed in.
type session struct {
	who      string // gives the orders: an address, or whose process this is
	proven   bool
	guest    bool      // nobody whom the configuration names, when it began
	subject  string    // ISSUER|SUB, of who signed in
	signedIn time.Time // zero where nobody said when
	secret   []byte    // of its forms
	ends     time.Time
	orders   []time.Time     // of the last minute
	used     map[string]bool // forms that were sent
}

// sessions are kept in memory: they end with the process, and a cookie of another process is none.
type sessions struct {
	clock func() time.Time
	mu    sync.Mutex
	all   map[[sha256.Size]byte]*session // by the cookie's digest: a look-up tells nothing of how near a guess was
}

func newSessions(clock func() time.Time) *sessions {
	return &sessions{clock: clock, all: map[[sha256.Size]byte]*session{}}
}

// begin returns the cookie of a new session.
func (s *sessions) begin(one session) string {
	cookie := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(sha256.Sum256([]byte(cookie)), one)
	return cookie
}

// shared is the session of a person whom each request names anew: one for each sign-in. Its forms are its own, as with a cookie, since
// browsers send what the front goes by from other sites too.
func (s *sessions) shared(one session) *session {
	id := sha256.Sum256(fmt.Appendf(nil, "%q %q signed in at %d", one.who, one.subject, one.signedIn.Unix()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.all[id]; known != nil && s.clock().Before(known.ends) {
		return known
	}
	return s.add(id, one)
}

func (s *sessions) add(id [sha256.Size]byte, one session) *session {
	s.room(mostOfOne, func(other *session) bool { return other.who == one.who })
	if one.guest {
		s.room(mostGuests, func(other *session) bool { return other.guest })
	}
	s.room(mostSessions, func(*session) bool { return true })
	one.secret, one.ends, one.used = []byte(rand.Text()), s.clock().Add(sessionLasts), map[string]bool{}
	s.all[id] = &one
	return &one
}

// lasts reports whether a session has not ended.
func (s *sessions) lasts(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.all {
		if other == one {
			return s.clock().Before(one.ends)
		}
	}
	return false
}

// room ends the oldest of some sessions, where there are as many as there may be.
func (s *sessions) room(most int, of func(*session) bool) {
	var oldest [sha256.Size]byte
	first, n := time.Time{}, 0
	for id, one := range s.all {
		if !of(one) {
			continue
		}
		if n++; first.IsZero() || one.ends.Before(first) {
			oldest, first = id, one.ends
		}
	}
	if n >= most {
		delete(s.all, oldest)
	}
}

// of is the session that a cookie names, nil where there is none any more.
func (s *sessions) of(cookie string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := sha256.Sum256([]byte(cookie))
	one := s.all[id]
	if one != nil && !s.clock().Before(one.ends) {
		delete(s.all, id)
		return nil
	}
	return one
}

func (s *sessions) end(cookie string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(cookie)))
}

// leave ends all sessions of a person: whoever logs out may have left another browser open.
func (s *sessions) leave(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, one *session) bool { return one.who == who })
}

// form is the token of a new form for one purpose: only this session can send it, and once.
func (s *session) form(purpose string) string {
	nonce := rand.Text()
	return nonce + "." + s.sign(nonce, purpose)
}

func (s *session) sign(nonce, purpose string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(nonce + " " + purpose))
	return hex.EncodeToString(mac.Sum(nil))
}

// takes reports whether a form's token is this session's and for this purpose, and whether it comes for the first time.
func (s *sessions) takes(one *session, token, purpose string) (ours, first bool) {
	nonce, mac, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(mac), []byte(one.sign(nonce, purpose))) {
		return false, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	first = !one.used[nonce]
	one.used[nonce] = true // bounded by the orders that a session may give while it lasts
	return true, first
}

// hasty reports whether a session gives more orders than a person does, and counts this one.
func (s *sessions) hasty(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	for len(one.orders) > 0 && now.Sub(one.orders[0]) >= time.Minute {
		one.orders = one.orders[1:]
	}
	if len(one.orders) >= mostOrders {
		return true
	}
	one.orders = append(one.orders, now)
	return false
}
