package slack_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

// A letter is one message, edited in place; what is worth a notice is said in its thread.
func TestALetterIsOneMessage(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	for _, want := range []string{"Security group opened", "1 case asks", "Port 22 is open", "close port 22 of sg-0123", "Asked because: mode ask", "no answer until Tue, 1 Dec 2026 13:00 CET (Europe/Berlin) means: it is done", "alice", "Approve plan (" + shown + ")", "Dismiss", "Let be: 1 month", "cases/c_01K1CASE"} {
		if !strings.Contains(m.Blocks, want) {
			t.Errorf("%q is not in %s", want, m.Blocks)
		}
	}
	l := letter()
	l.Ref, l.Notice, l.Content.State, l.Content.Cases[0].Ask = m.Channel+"/"+m.TS, false, "1 case contained", nil
	after := s.send(l)
	if after.TS != m.TS || after.Edits != 1 || !strings.Contains(after.Blocks, "1 case contained") || strings.Contains(after.Blocks, "Approve") {
		t.Errorf("edited to %+v", after)
	}
	if n := len(s.slack.Messages()); n != 1 {
		t.Errorf("%d messages after an edit that is not worth a notice", n)
	}
	l.Notice, l.Content.State = true, "verified"
	s.send(l)
	all := s.slack.Messages()
	if len(all) != 2 || all[1].Thread != m.TS || !strings.Contains(all[1].Text, "verified") {
		t.Errorf("the thread has %+v", all)
	}
}

// Killed between post and write: the message is found by its nonce, whoever else has posted it as well.
func TestWhatMayHaveBeenSentIsFoundAgain(t *testing.T) {
	s := newStage(t)
	s.slack.Fail("chat.postMessage", slacktest.Failure{Status: 500, After: true})
	if _, err := s.clicks.Send(t.Context(), letter()); err == nil {
		t.Fatal("an error that was not told")
	}
	s.slack.Post(slacktest.Message{Channel: slacktest.Channel, By: "B0OTHER", Nonce: "n-1"}) // another app has read the nonce
	l := letter()
	l.Tried = true
	m := s.send(l)
	if all := s.slack.Messages(); len(all) != 2 || m.TS != all[0].TS || m.By != slacktest.Bot || m.Edits != 1 {
		t.Errorf("messages %+v, taken %+v", all, m)
	}
	l.ID, l.Nonce = "l_another", "n-2"
	if s.send(l); len(s.slack.Messages()) != 3 {
		t.Error("what was never sent was not sent")
	}
}

// Killed after the reply: it is not written twice; the next one is.
func TestAReplyIsWrittenOnce(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	l := letter()
	l.Ref, l.Content.State = m.Channel+"/"+m.TS, "undone"
	s.slack.Fail("chat.postMessage", slacktest.Failure{Status: 502, After: true})
	if _, err := s.clicks.Send(t.Context(), l); err == nil {
		t.Fatal("an error that was not told")
	}
	l.Tried = true
	s.send(l)
	if all := s.slack.Messages(); len(all) != 2 {
		t.Errorf("messages %+v", all)
	}
	l.Content.State = "contained again"
	s.send(l)
	if all := s.slack.Messages(); len(all) != 3 {
		t.Errorf("messages %+v", all)
	}
}

func TestAMessageThatSomebodyHasDeleted(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	s.slack.Delete(m.TS)
	l := letter()
	l.Ref, l.Notice = m.Channel+"/"+m.TS, false
	if ref, err := s.clicks.Send(t.Context(), l); err != nil || ref != l.Ref || len(s.slack.Messages()) != 0 {
		t.Errorf("an edit: %s, %v", ref, err)
	}
	l.Notice = true
	if again := s.send(l); again.TS == m.TS || len(s.slack.Messages()) != 1 {
		t.Errorf("a notice: %+v", again)
	}
}

func TestAPersonIsWrittenTo(t *testing.T) {
	for _, c := range []struct {
		name, address string
		to            func(*slacktest.User)
		want          string // of the error; "": written to
	}{
		{"a member", "ann@example.com", nil, ""},
		{"of another domain", "eve@evil.example", nil, "people.domains"},
		{"of a subdomain", "sue@sub.example.com", nil, "people.domains"},
		{"not in Slack", "zoe@example.com", nil, "no such person"},
		{"who has left", "ann@example.com", func(u *slacktest.User) { u.Deleted = true }, "no such person"},
		{"a guest", "ann@example.com", func(u *slacktest.User) { u.Multi = true }, "guest"},
		{"of another company", "ann@example.com", func(u *slacktest.User) { u.Team = slacktest.TeamOther }, "another workspace"},
		{"with an address that nobody has confirmed", "ann@example.com", func(u *slacktest.User) { u.Unconfirmed = true }, "not confirmed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			if c.to != nil {
				s.slack.Change("U1ANN", c.to)
			}
			l := letter()
			l.To = notify.Recipient{Address: c.address}
			l.Content.Cases[0].Ask.WasItYou = true
			ref, err := s.clicks.Send(t.Context(), l)
			if c.want == "" {
				m := s.slack.Messages()
				if err != nil || !strings.HasPrefix(ref, "DU1ANN/") || len(m) != 1 {
					t.Fatalf("%s, %v, %+v", ref, err, m)
				}
				if !strings.Contains(m[0].Blocks, "It was me") || !strings.Contains(m[0].Blocks, "It was not me") || strings.Contains(m[0].Blocks, "Approve plan") {
					t.Errorf("buttons: %s", m[0].Blocks)
				}
				return
			}
			if _, rejected := errors.AsType[*notify.Rejected](err); !rejected || !strings.Contains(err.Error(), c.want) || len(s.slack.Messages()) > 0 {
				t.Errorf("%s, %v", ref, err)
			}
		})
	}
}

func TestWhatSlackRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		fail  slacktest.Failure
		want  string
		after time.Duration // throttled
		for_  bool          // for good
	}{
		{"throttled", slacktest.Failure{Status: 429, RetryAfter: 30}, "429", 30 * time.Second, false},
		{"throttled without a time", slacktest.Failure{Status: 429}, "429", 30 * time.Second, false},
		{"by a word", slacktest.Failure{Error: "ratelimited"}, "ratelimited", 30 * time.Second, false},
		{"no such channel", slacktest.Failure{Error: "channel_not_found"}, "/invite", 0, true},
		{"not invited", slacktest.Failure{Error: "not_in_channel"}, "/invite", 0, true},
		{"archived", slacktest.Failure{Error: "is_archived"}, "archived", 0, true},
		{"an outage", slacktest.Failure{Status: 503}, "503", 0, false},
		{"a dead token", slacktest.Failure{Error: "token_revoked"}, "report.slack.token", 0, false},
		{"a scope", slacktest.Failure{Error: "missing_scope"}, "riposte slack", 0, false},
		{"what it never says", slacktest.Failure{Error: "no " + slacktest.Token}, "slack says what it never says", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.slack.Fail("chat.postMessage", c.fail)
			_, err := s.clicks.Send(t.Context(), letter())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
			throttled, _ := errors.AsType[*notify.Throttled](err)
			if (throttled != nil) != (c.after > 0) || throttled != nil && throttled.After != c.after {
				t.Errorf("throttled: %v", err)
			}
			if _, rejected := errors.AsType[*notify.Rejected](err); rejected != c.for_ {
				t.Errorf("rejected: %v", err)
			}
			s.secrets(err.Error())
		})
	}
}

func TestSlackIsNotThere(t *testing.T) {
	s := newStage(t)
	s.slack.Close()
	_, err := s.clicks.Send(t.Context(), letter())
	if err == nil || strings.Contains(err.Error(), "http") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("got %v", err)
	}
	s.secrets(err.Error())
}

func TestAChannelThatTheAppIsNotIn(t *testing.T) {
	s := newStage(t)
	s.slack.Leave()
	_, err := s.clicks.Send(t.Context(), letter())
	if _, rejected := errors.AsType[*notify.Rejected](err); !rejected || !strings.Contains(err.Error(), "invite") {
		t.Errorf("got %v", err)
	}
	l := letter()
	l.To = notify.Recipient{Group: "platform"}
	s.clicks.Channel.Channel = ""
	if _, err = s.clicks.Send(t.Context(), l); err == nil || !strings.Contains(err.Error(), "people.groups.platform") {
		t.Errorf("a group without a place: %v", err)
	}
}
