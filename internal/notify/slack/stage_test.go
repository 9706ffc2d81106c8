package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

// stage is riposte's side and Slack's, with a clock of its own.
type stage struct {
	t       testing.TB
	slack   *slacktest.Server
	clicks  *slack.Clicks
	log     bytes.Buffer
	mu      sync.Mutex
	at      time.Time
	sent    map[string]string   // references, by letter
	cases   map[string][]string // by letter
	orders  map[string]ledger.Order
	came    int // orders that came, also again
	why     string
	broken  error
	counted map[string]int
}

const (
	letterID = "l_01K1LETTER"
	caseID   = "c_01K1CASE"
	shown    = "a1b2c3d4e5f60718"
	seen     = "0718a1b2c3d4e5f6"
)

var chat = []action.Class{action.Mend}

func newStage(t testing.TB) *stage {
	s := &stage{
		t: t, at: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), sent: map[string]string{}, cases: map[string][]string{letterID: {"c_other", caseID}},
		orders: map[string]ledger.Order{}, counted: map[string]int{},
	}
	s.slack = slacktest.New(t, s.now,
		slacktest.User{ID: "U1ANN", Team: slacktest.Team, Email: "Ann@example.com"},
		slacktest.User{ID: "U2BOB", Team: slacktest.Team, Email: "bob@example.com"},
		slacktest.User{ID: "U3EVIL", Team: slacktest.Team, Email: "eve@evil.example"},
		slacktest.User{ID: "U4SUB", Team: slacktest.Team, Email: "sue@sub.example.com"},
	)
	c := slack.New(slack.Options{
		Token: slacktest.Token, Team: slacktest.Team, Channel: "#" + slacktest.Name, Domains: []string{"example.com"},
		ByChat: func(verb ledger.Verb, class action.Class, production bool) string {
			if verb == ledger.Approve && !slices.Contains(chat, class) {
				return fmt.Sprintf("%s takes the console", class)
			}
			return ""
		},
		URL: s.slack.API(), Now: s.now, Log: slog.New(slog.NewTextHandler(&locked{s: s}, nil)),
	})
	s.clicks = &slack.Clicks{Channel: c, Secret: slacktest.Secret, Sent: s.known, Order: s.order, Count: s.count}
	return s
}

// locked keeps the log whole while several clicks are dealt with.
type locked struct{ s *stage }

func (l *locked) Write(b []byte) (int, error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	return l.s.log.Write(b)
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *stage) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func (s *stage) known(_ context.Context, letter string) (string, []string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cases, there := s.cases[letter]
	if !there {
		return "", nil, ledger.ErrNotFound
	}
	return s.sent[letter], cases, nil
}

// order keeps orders as an inbox does: one of each key.
func (s *stage) order(_ context.Context, id string, o ledger.Order) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return "", s.broken
	}
	if s.came++; s.why != "" {
		return s.why, nil
	}
	s.orders[fmt.Sprint(id, o.Verb, o.By, o.At.UnixNano())] = o
	return "", nil
}

func (s *stage) count(outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted[outcome]++
}

// ordered is the only order, if there is one.
func (s *stage) ordered() []ledger.Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ledger.Order
	for _, o := range s.orders {
		all = append(all, o)
	}
	return all
}

// told is what persons were told of refusals.
func (s *stage) told() (all []string) {
	for _, m := range s.slack.Refusals() {
		all = append(all, m.To+": "+m.Text)
	}
	return all
}

// secrets fails where a secret has got out.
func (s *stage) secrets(texts ...string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range append(texts, s.log.String()) {
		for _, secret := range []string{slacktest.Token, slacktest.AppToken, slacktest.Secret, "verysecret"} {
			if strings.Contains(text, secret) {
				s.t.Errorf("a secret is told: %s", text)
			}
		}
	}
}

func ask() *notify.Ask {
	return &notify.Ask{
		Shown: shown, Seen: seen, Found: []string{"port 22 from 0.0.0.0/0"}, Revision: 2, Steps: []string{"close port 22 of sg-0123"}, Why: []string{"mode ask"}, Class: action.Mend, Production: true,
		Silence: "it is done", Until: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC), By: "Tue, 1 Dec 2026 13:00 CET (Europe/Berlin)", Except: 31 * 24 * time.Hour,
	}
}

func letter() notify.Letter {
	return notify.Letter{
		ID: letterID, To: notify.Recipient{Group: "security", Slack: "#riposte"}, Nonce: "n-1", Notice: true,
		Content: notify.Content{
			Title: "Security group opened to the world", Severity: "high", State: "1 case asks", Link: "https://riposte.example.com/incidents/c_01K1CASE",
			Cases: []notify.Item{{
				Case: caseID, Playbook: "exposure.security-group-open", Title: "Port 22 is open", State: "asked", Severity: "high", Account: "111122223333",
				Facts: []notify.Fact{{Name: "who", Value: "alice"}}, Ask: ask(), Link: "https://riposte.example.com/cases/c_01K1CASE",
			}},
		},
	}
}

// send sends a letter and stores its reference, as the desk does.
func (s *stage) send(l notify.Letter) slacktest.Message {
	s.t.Helper()
	ref, err := s.clicks.Send(s.t.Context(), l)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.sent[l.ID] = ref
	s.mu.Unlock()
	for _, m := range s.slack.Messages() {
		if m.Channel+"/"+m.TS == ref {
			return m
		}
	}
	s.t.Fatalf("%s is no message", ref)
	return slacktest.Message{}
}
