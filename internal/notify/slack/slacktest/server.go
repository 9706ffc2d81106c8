// Package slacktest is a Slack of one's own for tests: the methods that riposte calls, with the limits and refusals that Slack's pages name,
// and clicks as Slack sends them. It was written by these pages, not by watching Slack.
package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/notify/slack"
)

// What the server's workspace, app and channel are called.
const (
	Team      = "T0RIPOSTE"
	App       = "A0RIPOSTE"
	Bot       = "B0RIPOSTE"
	BotUser   = "U0RIPOSTE"
	Channel   = "C0ALERTS"
	Name      = "riposte" // of the channel
	Token     = "xoxb-1111-2222-verysecret"
	AppToken  = "xapp-1-A0RIPOSTE-3333-verysecret"
	Secret    = "8f742231b10e8888abcd99yyyzzz85a5"
	TeamOther = "T0STRANGER"
)

// User is a member. The zero value of a flag is an ordinary person's.
type User struct {
	ID, Team, Email                              string
	Unconfirmed, Deleted, Bot, Guest, Multi, Far bool
}

// Message is what was posted, as it stands.
type Message struct {
	Channel, TS, Thread string
	Text                string
	Blocks              string // JSON
	Nonce               string // of the metadata
	By                  string // id of the bot
	To                  string // ephemeral: the person who sees it
	Edits               int
}

// Server is the fake.
type Server struct {
	*httptest.Server
	Scopes string // of the app's token

	mu       sync.Mutex
	now      func() time.Time
	messages []*Message
	users    []User
	joined   []string // channels that the app is in, by id
	fails    map[string][]Failure
	called   []string
	last     int
	conns    []*conn
	hurt     []string // what was wrong with a request
}

// Failure is an answer in place of a method's own.
type Failure struct {
	Error      string // Slack's word
	Status     int    // HTTP; 0: 200
	RetryAfter int    // seconds
	After      bool   // it was done nevertheless
}

// New starts a Slack with one channel, in which the app is, and nobody.
func New(t testing.TB, now func() time.Time, users ...User) *Server {
	s := &Server{Scopes: strings.Join(slack.Scopes(), ","), now: now, users: slices.Clone(users), joined: []string{Channel}, fails: map[string][]Failure{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.Die()
		s.Close()
		for _, h := range s.hurt {
			t.Errorf("Slack would have refused: %s", h)
		}
	})
	return s
}

// API is the URL for slack.Options.
func (s *Server) API() string { return s.URL + "/api/" }

// Fail lets the next calls of a method fail, one by each failure.
func (s *Server) Fail(method string, f ...Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails[method] = append(s.fails[method], f...)
}

// Change changes a member.
func (s *Server) Change(id string, to func(*User)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.users {
		if s.users[i].ID == id {
			to(&s.users[i])
		}
	}
}

// Leave takes the app out of its channel.
func (s *Server) Leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joined = nil
}

// Post is a message by somebody else, or by who holds the token.
func (s *Server) Post(m Message) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.TS = s.tick()
	s.messages = append(s.messages, &m)
	return m
}

// Delete takes a message away.
func (s *Server) Delete(ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = slices.DeleteFunc(s.messages, func(m *Message) bool { return m.TS == ts })
}

// Messages are those that all see.
func (s *Server) Messages() []Message { return s.those(func(m *Message) bool { return m.To == "" }) }

// Refusals are those that one person sees.
func (s *Server) Refusals() []Message { return s.those(func(m *Message) bool { return m.To != "" }) }

func (s *Server) those(wanted func(*Message) bool) (out []Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if wanted(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Calls is how often a method was called.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.called {
		if c == method {
			n++
		}
	}
	return n
}

// tick is the next message's time, which names it.
func (s *Server) tick() string {
	s.last++
	return fmt.Sprintf("%d.%06d", s.now().Unix(), s.last)
}

type answer map[string]any

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/socket" {
		s.socket(w, r)
		return
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called = append(s.called, method)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = r.PostForm.Get("token")
	}
	if want := map[bool]string{true: AppToken, false: Token}[method == "apps.connections.open"]; token != want {
		s.reply(w, answer{"ok": false, "error": "invalid_auth"})
		return
	}
	if some := s.fails[method]; len(some) > 0 {
		s.fails[method] = some[1:]
		if some[0].After {
			s.do(method, r.PostForm)
		}
		s.fail(w, some[0])
		return
	}
	w.Header().Set("X-OAuth-Scopes", s.Scopes)
	s.reply(w, s.do(method, r.PostForm))
}

func (s *Server) fail(w http.ResponseWriter, f Failure) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	s.reply(w, answer{"ok": false, "error": f.Error})
}

func (s *Server) reply(w http.ResponseWriter, a answer) {
	if _, said := a["ok"]; !said {
		a["ok"] = a["error"] == nil
	}
	_ = json.NewEncoder(w).Encode(a)
}

// do is one method.
func (s *Server) do(method string, in url.Values) answer {
	switch method {
	case "auth.test":
		return answer{"team_id": Team, "bot_id": Bot, "user_id": BotUser, "url": s.URL}
	case "bots.info":
		return answer{"bot": answer{"id": Bot, "app_id": App}}
	case "chat.postMessage":
		return s.post(in, "")
	case "chat.postEphemeral":
		return s.post(in, in.Get("user"))
	case "chat.update":
		return s.update(in)
	case "conversations.history", "conversations.replies":
		return s.history(in)
	case "conversations.open":
		return answer{"channel": answer{"id": "D" + in.Get("users")}}
	case "users.conversations":
		var all []answer
		for _, id := range s.joined {
			all = append(all, answer{"id": id, "name": Name})
		}
		return answer{"channels": all}
	case "users.info":
		return s.user(func(u User) bool { return u.ID == in.Get("user") }, "user_not_found")
	case "users.lookupByEmail":
		return s.user(func(u User) bool { return strings.EqualFold(u.Email, in.Get("email")) && !u.Deleted }, "users_not_found")
	case "apps.connections.open":
		return answer{"url": "ws" + strings.TrimPrefix(s.URL, "http") + "/socket"}
	}
	s.hurt = append(s.hurt, "no method "+method)
	return answer{"error": "unknown_method"}
}

func (s *Server) in(channel string) bool {
	return slices.Contains(s.joined, channel) || strings.HasPrefix(channel, "D")
}

func (s *Server) post(in url.Values, to string) answer {
	channel := in.Get("channel")
	if !s.in(channel) {
		return answer{"error": "channel_not_found"}
	}
	s.inspect(in)
	m := &Message{Channel: channel, TS: s.tick(), Thread: in.Get("thread_ts"), Text: in.Get("text"), Blocks: in.Get("blocks"), Nonce: nonce(in), By: Bot, To: to}
	s.messages = append(s.messages, m)
	return answer{"channel": channel, "ts": m.TS, "message_ts": m.TS}
}

func (s *Server) update(in url.Values) answer {
	s.inspect(in)
	for _, m := range s.messages {
		if m.Channel == in.Get("channel") && m.TS == in.Get("ts") && m.To == "" {
			m.Text, m.Blocks, m.Nonce = in.Get("text"), in.Get("blocks"), nonce(in)
			m.Edits++
			return answer{"channel": m.Channel, "ts": m.TS, "text": m.Text}
		}
	}
	return answer{"error": "message_not_found"}
}

func nonce(in url.Values) string {
	var m struct {
		Payload struct {
			Nonce string `json:"nonce"`
		} `json:"event_payload"`
	}
	_ = json.Unmarshal([]byte(in.Get("metadata")), &m)
	return m.Payload.Nonce
}

// history is a channel's, the newest first, or a thread's, the oldest first.
func (s *Server) history(in url.Values) answer {
	channel, thread := in.Get("channel"), in.Get("ts")
	if !s.in(channel) {
		return answer{"error": "not_in_channel"}
	}
	limit, _ := strconv.Atoi(in.Get("limit"))
	all := []answer{}
	for _, m := range s.messages {
		top := m.Thread == "" && thread == ""
		if m.Channel != channel || m.To != "" || !top && (thread == "" || m.Thread != thread && m.TS != thread) {
			continue
		}
		one := answer{"type": "message", "ts": m.TS, "bot_id": m.By, "text": m.Text, "thread_ts": m.Thread}
		if in.Get("include_all_metadata") == "1" {
			one["metadata"] = answer{"event_type": "riposte_letter", "event_payload": answer{"nonce": m.Nonce}}
		}
		all = append(all, one)
	}
	if thread == "" {
		slices.Reverse(all)
	}
	return answer{"messages": all[:min(len(all), limit)]}
}

func (s *Server) user(is func(User) bool, missing string) answer {
	for _, u := range s.users {
		if is(u) {
			return answer{"user": answer{
				"id": u.ID, "team_id": u.Team, "deleted": u.Deleted, "is_bot": u.Bot, "is_restricted": u.Guest || u.Multi, "is_ultra_restricted": u.Guest,
				"is_stranger": u.Far, "is_email_confirmed": !u.Unconfirmed, "profile": answer{"email": u.Email},
			}}
		}
	}
	return answer{"error": missing}
}
