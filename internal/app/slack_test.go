package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

const chatShop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions:
      eu-west-1:
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0aaaaaaaaaaaaaaaa, type: t3.micro}]}]
        groups: [{name: web, template: web, min: 0, max: 4, desired: 0}]
`

const chatConfig = `
playbooks: {launch.unapproved-image: {mode: ask}}
organization: {accounts: [{id: "111122223333", name: shop, environment: development}]}
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com], slack: "#riposte"}}}
approval: {approvers: [security]}
report: {slack: {team: T0RIPOSTE, channel: "#riposte", token: "env:TOKEN", app_token: "env:APP", approve: [contain, mend, destroy]}}
`

// chatStage is riposte as the daemon puts it together, with a case that asks and the message in Slack about it.
type chatStage struct {
	*App
	w       *world.World
	slack   *slacktest.Server
	message slacktest.Message
}

func chatting(t *testing.T) *chatStage {
	w, err := world.New([]byte(chatShop), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	c, err := config.Parse("riposte.yaml", []byte(chatConfig), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	s := &chatStage{w: w, slack: slacktest.New(t, w.Now,
		slacktest.User{ID: "U1ANN", Team: slacktest.Team, Email: "ann@example.com"}, slacktest.User{ID: "U2EVE", Team: slacktest.Team, Email: "eve@example.com"})}
	env := map[string]string{"TOKEN": slacktest.Token, "APP": slacktest.AppToken, SlackAPI: s.slack.API()}
	own := func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
	}
	s.App = New(Parts{Config: c, Kinds: action.Kinds(), Store: store, AWS: own, Now: w.Now, Name: "test", Log: slog.New(slog.DiscardHandler),
		Tell: &Telling{Report: c.Report, AWS: own, Getenv: func(name string) string { return env[name] }, Now: w.Now}})
	groups := autoscaling.NewFromConfig(w.Config(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"},
		aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
	if _, err := groups.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	s.pass(t, 5*time.Minute)
	for _, m := range s.slack.Messages() {
		if m.Channel == slacktest.Channel {
			s.message = m
		}
	}
	if got := s.only(t); got.State != ledger.Asked || s.message.TS == "" {
		t.Fatalf("the case is %s, told by %+v", got.State, s.slack.Messages())
	}
	return s
}

// pass lets time pass, in steps of a second: what the trail has is taken, what is due is done, what is owed is sent.
func (s *chatStage) pass(t *testing.T, d time.Duration) {
	t.Helper()
	for end := s.w.Now().Add(d); s.w.Now().Before(end); {
		for _, one := range s.w.Deliveries() {
			_, err := s.Vouched(t.Context(), one.Body)
			if err := errors.Join(err, s.w.Ack(one.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Engine.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SendLetters(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.w.AdvanceTo(s.w.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *chatStage) only(t *testing.T) *ledger.Case {
	t.Helper()
	all, err := s.Store.Cases(t.Context(), ledger.Filter{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d cases, %v", len(all), err)
	}
	return all[0]
}

// By Socket Mode: who is only in the channel learns that it takes an approver; an approver's click contains, and the message says so.
func TestAnApproverAnswersInSlack(t *testing.T) {
	s := chatting(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		s.Slack.Listen(ctx)
		close(ended)
	}()
	defer func() { stop(); <-ended }()
	if !s.Slack.Listens() || !s.slack.Await(1) {
		t.Fatal("nobody listens")
	}
	s.slack.Deliver(s.slack.Press("U2EVE", s.message, "Approve"))
	s.pass(t, 5*time.Second)
	if told := s.slack.Refusals(); s.only(t).State != ledger.Asked || len(told) != 1 || !strings.Contains(told[0].Text, "eve@example.com is none") {
		t.Fatalf("the case is %s, told %+v", s.only(t).State, told)
	}
	click := s.slack.Press("U1ANN", s.message, "Approve")
	s.slack.Deliver(click)
	s.slack.Deliver(click)
	s.pass(t, 5*time.Minute)
	c := s.only(t)
	if all := c.Approvals(); c.State != ledger.Verified || len(all) != 1 || all[0].By != "ann@example.com" || !all[0].Proven || all[0].Via != ledger.InSlack {
		t.Fatalf("the case is %s, approved by %+v", c.State, all)
	}
	for _, m := range s.slack.Messages() {
		if m.TS == s.message.TS && (m.Edits == 0 || strings.Contains(m.Blocks, "Approve plan")) {
			t.Errorf("the message still asks: %s", m.Blocks)
		}
	}
}

// An answer is to what the case asks now, of a person who may give it.
func TestAnAnswerToWhatIsAskedNoMore(t *testing.T) {
	s := chatting(t)
	shown := s.only(t).Shown(0)
	for _, x := range []struct {
		story, id string
		o         ledger.Order
		want      string
	}{
		{"another question", s.only(t).ID, ledger.Order{Verb: ledger.Approve, Shown: "0011223344556677"}, "has changed"},
		{"no question", s.only(t).ID, ledger.Order{Verb: ledger.Dismiss, Shown: shown}, "has changed"},
		{"no such case", "c_none", ledger.Order{Verb: ledger.Approve, Shown: shown}, "no such case"},
		{"somebody else", s.only(t).ID, ledger.Order{Verb: ledger.Approve, Shown: shown, By: "eve@example.com"}, "eve@example.com is none"},
		{"what is not given by chat", s.only(t).ID, ledger.Order{Verb: ledger.Undo, Shown: shown}, "takes the console"},
		{"unproven", s.only(t).ID, ledger.Order{Verb: ledger.Approve, Shown: shown, By: "ann"}, "how it is known"},
	} {
		x.o.Via, x.o.At = ledger.InSlack, s.w.Now()
		if x.o.By == "" {
			x.o.By = "ann@example.com"
		}
		x.o.Proven = x.story != "unproven"
		why, err := Answer(t.Context(), s.Config, s.Codec, s.Store, x.id, x.o)
		if err != nil || !strings.Contains(why, x.want) {
			t.Errorf("%s: %q, %v", x.story, why, err)
		}
	}
	s.pass(t, 5*time.Second)
	if c := s.only(t); c.State != ledger.Asked {
		t.Errorf("the case is %s", c.State)
	}
}

// Since the message was written, the attacker has had something else found on the same thing, which is answered and asks nobody. What stands on
// the button is not that any more, and nothing is let be.
func TestOnlyWhatWasShownIsLetBe(t *testing.T) {
	s := chatting(t)
	letBe := func(seen string) string {
		t.Helper()
		why, err := Answer(t.Context(), s.Config, s.Codec, s.Store, s.only(t).ID,
			ledger.Order{Verb: ledger.Except, By: "ann@example.com", At: s.w.Now(), Proven: true, Via: ledger.InSlack, Shown: seen, Except: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		return why
	}
	seen := s.only(t).Seen()
	if value := s.slack.Press("U1ANN", s.message, "Let be").Value; !strings.Contains(value, seen) {
		t.Fatalf("the button is not of what was shown: %s", value)
	}
	joined := *s.only(t)
	joined.Revisions = append(slices.Clone(joined.Revisions), ledger.Revision{Number: 2, Found: []string{"image ami-evil"}, Steps: []ledger.Step{{Verdict: "act", State: ledger.Done}}})
	why, err := Answer(t.Context(), s.Config, s.Codec, oneCase{s.Store, &joined}, joined.ID,
		ledger.Order{Verb: ledger.Except, By: "ann@example.com", At: s.w.Now(), Proven: true, Via: ledger.InSlack, Shown: seen, Except: time.Hour})
	if err != nil || !strings.Contains(why, "has changed") || joined.Shown(0) != s.only(t).Shown(0) {
		t.Fatalf("what joined was let be: %q, %v", why, err)
	}
	if err := Possible(&joined, ledger.Order{Verb: ledger.Except, Shown: seen}); err == nil || Possible(&joined, ledger.Order{Verb: ledger.Except, Shown: joined.Seen()}) != nil { // at the command line
		t.Errorf("what joined was let be: %v", err)
	}
	if why := letBe(seen); why != "" {
		t.Fatal(why)
	}
	s.pass(t, 5*time.Second)
	if c := s.only(t); c.State != ledger.Excepted {
		t.Errorf("the case is %s", c.State)
	}
}

// oneCase is a store in which a case stands otherwise.
type oneCase struct {
	mailroom
	c *ledger.Case
}

func (s oneCase) Load(context.Context, string) (*ledger.Case, error) { return s.c, nil }
