package slack_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

// Each button is one order, of the person who has clicked, about what they were shown.
func TestAClickIsAnOrder(t *testing.T) {
	for _, c := range []struct {
		label string
		mine  bool
		shown string
		want  ledger.Order
	}{
		{"Approve plan", false, shown, ledger.Order{Verb: ledger.Approve}},
		{"Dismiss", false, seen, ledger.Order{Verb: ledger.Dismiss}},
		{"Let be", false, seen, ledger.Order{Verb: ledger.Except, Except: 31 * 24 * time.Hour}},
		{"It was me", true, shown, ledger.Order{Verb: ledger.Mine}},
		{"It was not me", true, shown, ledger.Order{Verb: ledger.NotMine}},
	} {
		t.Run(c.label, func(t *testing.T) {
			s := newStage(t)
			l := letter()
			l.Content.Cases[0].Ask.WasItYou = c.mine
			m := s.send(l)
			if err := s.clicks.Take(t.Context(), s.slack.Press("U1ANN", m, c.label).Payload()); err != nil {
				t.Fatal(err)
			}
			orders := s.ordered()
			if len(orders) != 1 {
				t.Fatalf("orders %+v, told %q, log %s", orders, s.told(), s.log.String())
			}
			want := c.want
			want.By, want.Proven, want.Via, want.Shown, want.Revision, want.At = "ann@example.com", true, ledger.InSlack, c.shown, 2, orders[0].At
			want.Reason, want.Subject = "in Slack, on letter "+letterID, slacktest.Team+"|U1ANN"
			if d := cmp.Diff(want, orders[0]); d != "" {
				t.Error(d)
			}
			if after := s.slack.Messages(); len(after) != 1 || after[0].Edits != 0 || len(s.told()) != 0 {
				t.Errorf("the click itself has changed messages: %+v, told %q", after, s.told())
			}
		})
	}
}

// A person who may not click, and what must not be clicked on.
func TestAClickThatDoesNotCount(t *testing.T) {
	const moment = "click again"
	for _, c := range []struct {
		story   string
		before  func(*stage)
		forge   func(*slacktest.Click)
		outcome string
		told    string // to the person who has clicked; "" nothing
		logs    string
	}{
		{"a guest", with(func(u *slacktest.User) { u.Multi = true }), nil, slack.Refused, "it is a guest", ""},
		{"a guest of one channel", with(func(u *slacktest.User) { u.Guest = true }), nil, slack.Refused, "it is a guest", ""},
		{"a stranger", with(func(u *slacktest.User) { u.Far = true }), nil, slack.Refused, "another company", ""},
		{"a bot", with(func(u *slacktest.User) { u.Bot = true }), nil, slack.Refused, "a program", ""},
		{"deactivated", with(func(u *slacktest.User) { u.Deleted = true }), nil, slack.Refused, "deactivated", ""},
		{"of another team, as Slack describes them", with(func(u *slacktest.User) { u.Team = slacktest.TeamOther }), nil, slack.Refused, "another workspace", ""},
		{"of another team, as the click says", nil, func(c *slacktest.Click) { c.UserTeam = slacktest.TeamOther }, slack.Refused, "another workspace", ""},
		{"an address elsewhere", with(func(u *slacktest.User) { u.Email = "ann@evil.example" }), nil, slack.Refused, "people.domains", ""},
		{"an address of a subdomain", with(func(u *slacktest.User) { u.Email = "ann@example.com.evil.example" }), nil, slack.Refused, "people.domains", ""},
		{"two addresses in one", with(func(u *slacktest.User) { u.Email = "ann@evil.example,x@example.com" }), nil, slack.Refused, "people.domains", ""},
		{"no address", with(func(u *slacktest.User) { u.Email = "" }), nil, slack.Refused, "people.domains", ""},
		{"an address that nobody has confirmed", with(func(u *slacktest.User) { u.Unconfirmed = true }), nil, slack.Refused, "not confirmed", ""},
		{"another workspace's click", nil, func(c *slacktest.Click) { c.Team = slacktest.TeamOther }, slack.Forged, "", "another app or workspace"},
		{"another app's", nil, func(c *slacktest.Click) { c.App = "A0OTHER" }, slack.Forged, "", "another app or workspace"},
		{"no address, where any domain counts", func(s *stage) {
			s.clicks.Domains = nil
			s.slack.Change("U1ANN", func(u *slacktest.User) { u.Email = "ann" })
		}, nil, slack.Refused, "people.domains", ""},
		{"on a message that riposte did not send", nil, func(c *slacktest.Click) { c.TS = "1764417600.999999" }, slack.Forged, "not written this button", "another message"},
		{"in another channel", nil, func(c *slacktest.Click) { c.Channel = "C0OTHER" }, slack.Forged, "", "another message"},
		{"of a letter that is none", nil, edit(letterID, "l_none"), slack.Forged, "not written this button", "no such letter"},
		{"of a letter of which nothing is kept any more", func(s *stage) { s.later(91 * 24 * time.Hour) }, edit(letterID, "l_gone"), slack.Refused, "so old", ""},
		{"about a case that the letter does not name", nil, edit(caseID, "c_victim"), slack.Forged, "not written this button", "does not name the case"},
		{"a button that says one thing and does another", nil, func(c *slacktest.Click) { c.Label = "Dismiss" }, slack.Forged, "not written this button", "not what it does"},
		{"whose id is another's", nil, func(c *slacktest.Click) { c.Action = "dismiss" }, slack.Forged, "not written this button", "not what it does"},
		{"an order that no button gives", nil, func(c *slacktest.Click) {
			edit(`"v":"approve"`, `"v":"undo"`)(c)
			c.Action = "undo"
		}, slack.Forged, "not written this button", "no order of ours"},
		{"an approval that does not say of what", nil, edit(`"s":"`+shown+`",`, ""), slack.Forged, "not written this button", "what was shown"},
		{"a value with more in it", nil, edit(`{"l"`, `{"proven":true,"l"`), slack.Forged, "not written this button", "none of ours"},
		{"a value that is none", nil, func(c *slacktest.Click) { c.Value = "approve" }, slack.Forged, "not written this button", "none of ours"},
		{"a letter that is not written down yet", func(s *stage) { s.sent = map[string]string{} }, nil, slack.Refused, moment, ""},
		{"an hour later", func(s *stage) { s.later(time.Hour) }, func(c *slacktest.Click) { c.At = "1764417600.000009" }, slack.Refused, "too late", ""},
		{"in the future", nil, func(c *slacktest.Click) { c.At = "1795957200.000009" }, slack.Refused, "too late", ""},
		{"without a time", nil, func(c *slacktest.Click) { c.At = "" }, slack.Unreadable, "", "means nothing"},
		{"of a form", nil, func(c *slacktest.Click) { c.Type = "view_submission" }, slack.Unreadable, "", "means nothing"},
		{"on what only one person sees", nil, func(c *slacktest.Click) { c.Ephemeral = true }, slack.Unreadable, "", "means nothing"},
		{"of somebody whom the gate refuses", func(s *stage) { s.why = "the case is about what ann@example.com did" }, nil, slack.Refused, "Nothing was ordered: the case is about what", ""},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := newStage(t)
			m := s.send(letter())
			click := s.slack.Press("U1ANN", m, "Approve")
			if c.before != nil {
				c.before(s)
			}
			if c.forge != nil {
				c.forge(&click)
			}
			if err := s.clicks.Take(t.Context(), click.Payload()); err != nil {
				t.Fatal(err)
			}
			if len(s.ordered()) > 0 {
				t.Errorf("it was an order: %+v", s.ordered())
			}
			told := strings.Join(s.told(), "\n")
			if s.counted[c.outcome] != 1 || (told == "") != (c.told == "") || !strings.Contains(told, c.told) || !strings.Contains(s.log.String(), c.logs) {
				t.Errorf("counted %v, told %q, logged %s", s.counted, told, s.log.String())
			}
			if c.outcome == slack.Forged && !strings.Contains(s.log.String(), "level=ERROR") {
				t.Errorf("nobody is alarmed: %s", s.log.String())
			}
			s.secrets(told)
		})
	}
}

func with(to func(*slacktest.User)) func(*stage) {
	return func(s *stage) { s.slack.Change("U1ANN", to) }
}

func edit(old, now string) func(*slacktest.Click) {
	return func(c *slacktest.Click) { c.Value = strings.Replace(c.Value, old, now, 1) }
}

// The fake posts its forged buttons as the app would, with the token that was stolen.
func TestAStolenTokenGivesNoOrders(t *testing.T) {
	s := newStage(t)
	real := s.send(letter())
	fake := s.slack.Post(slacktest.Message{Channel: slacktest.Channel, By: slacktest.Bot, Nonce: "n-1", Blocks: real.Blocks})
	if err := s.clicks.Take(t.Context(), s.slack.Press("U1ANN", fake, "Approve").Payload()); err != nil || len(s.ordered()) > 0 || s.counted[slack.Forged] != 1 {
		t.Errorf("%v, orders %+v, counted %v", err, s.ordered(), s.counted)
	}
}

// A replay is the same order; so are two at once; a second click is another.
func TestAReplayIsOneOrder(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	click := s.slack.Press("U1ANN", m, "Approve").Payload()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := s.clicks.Take(t.Context(), click); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.why = "case is contained: there is nothing to approve" // as it stands by now
	s.later(4 * time.Minute)
	if err := s.clicks.Take(t.Context(), click); err != nil {
		t.Error(err)
	}
	if len(s.ordered()) != 1 || len(s.told()) != 0 {
		t.Errorf("orders %+v, told %q", s.ordered(), s.told())
	}
	s.why = ""
	for _, who := range []string{"U1ANN", "U2BOB"} {
		if err := s.clicks.Take(t.Context(), s.slack.Press(who, m, "Approve").Payload()); err != nil {
			t.Error(err)
		}
	}
	if len(s.ordered()) != 3 {
		t.Errorf("orders %+v", s.ordered())
	}
}

// A person who was removed counts for five minutes at most, and Slack is not asked at each click.
func TestWhatSlackSaysOfAPersonIsFresh(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	press := func() {
		t.Helper()
		if err := s.clicks.Take(t.Context(), s.slack.Press("U1ANN", m, "Approve").Payload()); err != nil {
			t.Fatal(err)
		}
	}
	press()
	s.slack.Change("U1ANN", func(u *slacktest.User) { u.Email = "ann@evil.example" })
	press()
	if n := s.slack.Calls("users.info"); n != 1 || len(s.ordered()) != 2 {
		t.Errorf("%d look-ups, %d orders", n, len(s.ordered()))
	}
	s.later(5 * time.Minute)
	press()
	if len(s.ordered()) != 2 || len(s.told()) != 1 {
		t.Errorf("orders %+v, told %q", s.ordered(), s.told())
	}
	s.slack.Change("U1ANN", func(u *slacktest.User) { u.Email = "ann@example.com" })
	s.later(-time.Hour) // a clock set back makes nothing fresh
	press()
	if n := s.slack.Calls("users.info"); n != 3 {
		t.Errorf("%d look-ups", n)
	}
}

// A person who clicks again and again is told once: each refusal is a call of what letters are sent with.
func TestRefusalsDontFlood(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	for range 50 {
		if err := s.clicks.Take(t.Context(), s.slack.Press("U3EVIL", m, "Approve").Payload()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.slack.Calls("chat.postEphemeral"); n != 1 || s.slack.Calls("users.info") > 2 {
		t.Errorf("told %d times, asked %d times", n, s.slack.Calls("users.info"))
	}
}

// The ledger, or Slack, does not answer: the click comes again, and is one order then.
func TestATroubledClickComesAgain(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	click := s.slack.Press("U1ANN", m, "Approve").Payload()
	s.slack.Fail("users.info", slacktest.Failure{Status: 429, RetryAfter: 1}, slacktest.Failure{Status: 503})
	s.broken = errors.New("the ledger does not answer")
	for _, want := range []string{"429", "503", "the ledger does not answer"} {
		if err := s.clicks.Take(t.Context(), click); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	s.broken = nil
	if err := s.clicks.Take(t.Context(), click); err != nil || len(s.ordered()) != 1 || s.counted[slack.Unknown] != 3 {
		t.Errorf("%v, orders %+v, counted %v", err, s.ordered(), s.counted)
	}
}

// What Slack has just signed is believed, as it is, and nothing else. What the front refuses of a request is the function's own test.
func TestSignatures(t *testing.T) {
	for _, c := range []struct {
		story    string
		secret   string // that it is signed with
		age      time.Duration
		change   func(*slack.Signed)
		believed bool
	}{
		{"as Slack sends it", slacktest.Secret, 0, nil, true},
		{"four minutes old", slacktest.Secret, 4 * time.Minute, nil, true},
		{"old", slacktest.Secret, 6 * time.Minute, nil, false},
		{"of the future", slacktest.Secret, -6 * time.Minute, nil, false},
		{"with another secret", "another", 0, nil, false},
		{"without a signature", slacktest.Secret, 0, func(s *slack.Signed) { s.Signature = "" }, false},
		{"with a signature that is none", slacktest.Secret, 0, func(s *slack.Signed) { s.Signature = "v0=zz" }, false},
		{"without a time", slacktest.Secret, 0, func(s *slack.Signed) { s.Timestamp = "" }, false},
		{"with another time", slacktest.Secret, 0, func(s *slack.Signed) { s.Timestamp = "1764417601" }, false},
		{"with an older kind of signature", slacktest.Secret, 0, func(s *slack.Signed) {
			s.Signature = strings.Replace(s.Signature, "v0=", "v1=", 1)
		}, false},
		{"changed on the way", slacktest.Secret, 0, func(s *slack.Signed) { s.Body = append(s.Body, '&') }, false},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := newStage(t)
			body := s.slack.Press("U1ANN", s.send(letter()), "Approve").Body()
			ts, signature := slacktest.Sign(c.secret, s.now().Add(-c.age), body)
			signed := slack.Signed{Timestamp: ts, Signature: signature, Body: body}
			if c.change != nil {
				c.change(&signed)
			}
			err := signed.Check(slacktest.Secret, s.now(), slack.Age)
			if (err == nil) != c.believed {
				t.Errorf("believed is %v: %v", err == nil, err)
			}
			if err != nil {
				s.secrets(err.Error())
			}
		})
	}
}

func TestWithoutASecretNothingIsBelieved(t *testing.T) {
	s := newStage(t)
	body := []byte("payload=%7B%7D")
	ts, signature := slacktest.Sign("", s.now(), body)
	if err := (slack.Signed{Timestamp: ts, Signature: signature, Body: body}).Check("", s.now(), slack.Age); err == nil {
		t.Error("an empty secret is one that everybody has")
	}
}

// The check is the library's own, but for the clock.
func TestTheSignatureIsTheLibrarys(t *testing.T) {
	now := time.Now()
	for body, secret := range map[string]string{"payload=x": slacktest.Secret, "": slacktest.Secret, "a=b&c": "another"} {
		ts, signature := slacktest.Sign(secret, now, []byte(body))
		v, err := api.NewSecretsVerifier(http.Header{slack.TimestampHeader: {ts}, slack.SignatureHeader: {signature}}, slacktest.Secret)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = v.Write([]byte(body))
		ours := slack.Signed{Timestamp: ts, Signature: signature, Body: []byte(body)}.Check(slacktest.Secret, now, slack.Age)
		if theirs := v.Ensure(); (ours == nil) != (theirs == nil) {
			t.Errorf("%q: ours %v, theirs %v", body, ours, theirs)
		}
	}
}

// Whatever comes, it is no order unless it names a letter, and nothing breaks.
func FuzzClick(f *testing.F) {
	for _, body := range []string{
		"payload=%7B%7D", `payload={"type":"block_actions","api_app_id":"A0RIPOSTE","team":{"id":"T0RIPOSTE"},"user":{"id":"U1ANN"},"container":{"type":"message","channel_id":"C0ALERTS","message_ts":"1.1"},"actions":[{"type":"button","action_id":"approve","value":"{\"l\":\"l_1\",\"c\":\"c_1\",\"v\":\"approve\",\"s\":\"x\"}","action_ts":"1764417600.000001","text":{"text":"Approve plan (x)"}}]}`,
		"payload=[]&payload={}", "", `payload={"actions":[null]}`, `payload={"type":"block_actions","actions":[{"type":"button","action_ts":"-1.000000"}]}`,
	} {
		f.Add([]byte(body))
	}
	s := newStage(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := s.clicks.TakeSigned(t.Context(), body); err != nil {
			t.Error(err)
		}
		if len(s.ordered()) > 0 {
			t.Errorf("an order: %+v", s.ordered())
		}
	})
}
