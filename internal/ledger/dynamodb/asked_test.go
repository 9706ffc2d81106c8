package dynamodb_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const askedShop = `
now: 2030-01-07T10:00:00Z
accounts:
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
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}]
        groups: [{name: web, template: web, min: 0, max: 4, desired: 0}]
`

const askedConfig = `
playbooks: {test.grown: {mode: MODE}}
organization: {accounts: [{id: "111122223333", environment: development}]}
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com], slack: "#riposte"}}}
owners: {fallback: security}
approval: {approvers: [security], command_line: all, mend: {after: 48h, silence: act}}
report: {TELLS}
`

// What tells people: letters, as by Slack, or a finding.
const (
	byLetter = `slack: {team: T0RIPOSTE, channel: "#riposte", token: "env:TOKEN"}`
	byReport = `security_hub: true`
)

// grown answers a maximum that was raised: it is set back.
func grown() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.grown", On: []playbook.Trigger{playbook.Call(call.AutoScalingUpdateAutoScalingGroup)}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "the group web may grow"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.SetSizes{Group: s.Resource, From: action.Sizes{Max: aws.Int32(9)}, To: action.Sizes{Max: aws.Int32(4)}})}}
		},
	})
}

// accepts is a channel that takes all.
type accepts struct{}

func (accepts) Send(context.Context, notify.Letter) (string, error) { return "ref", nil }

// asking counts what it costs to ask, over the same case that is acted on at once, where a finding tells of both and where letters do. What letters
// make it dearer by is four writes, each a transaction: one is posted and taken, saved with what it tells its case, and the case takes that in a turn of
// its own, a claim and a commit, so that it knows of it before the letter may be written again.
func asking(t *testing.T, s *service) {
	byFinding := played(t, s, "ask", byReport).less(played(t, s, "act", byReport))
	byLetters := played(t, s, "ask", byLetter).less(played(t, s, "act", byLetter))
	t.Logf("asked about and answered, over acted on: %d more writes of %d items where a finding tells, %d of %d where a letter does",
		byFinding.writes, byFinding.items, byLetters.writes, byLetters.items)
	more := byLetters.less(byFinding)
	t.Logf("letters make it dearer by %d writes of %d items", more.writes, more.items)
	if more.writes > 4 {
		t.Errorf("letters make asking dearer by %d writes", more.writes)
	}
}

// paid is what was written: requests, and the items in them.
type paid struct{ writes, items int }

func (p paid) less(q paid) paid { return paid{p.writes - q.writes, p.items - q.items} }

// played is what a case costs until its steps are done and people know.
func played(t *testing.T, s *service, mode, tells string) paid {
	t.Helper()
	w, err := world.New([]byte(askedShop), world.Options{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	c, err := config.Parse("riposte.yaml", []byte(strings.NewReplacer("MODE", mode, "TELLS", tells).Replace(askedConfig)), []playbook.Definition{grown()})
	must(err)
	sent := &counting{}
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, sent.count) }), s.table(t))
	as := func(key, secret string) func(event.Place) aws.Config {
		return func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: key, SecretAccessKey: secret})
		}
	}
	a := app.New(app.Parts{
		Config: c, Kinds: action.Kinds(), Store: l, AWS: as("AKIARIPOSTE000000001", "own"), Now: w.Now, Name: "one", Log: slog.New(slog.DiscardHandler),
		Channels: func(*config.Config) map[string]notify.Channel {
			if tells == byReport {
				return nil
			}
			return map[string]notify.Channel{desk.Slack: accepts{}}
		},
	})
	pass := func(d time.Duration) {
		t.Helper()
		for end := w.Now().Add(d); w.Now().Before(end); {
			for _, one := range w.Deliveries() {
				_, err := a.Vouched(t.Context(), one.Body)
				must(errors.Join(err, w.Ack(one.ID)))
			}
			_, err := a.Engine.RunDue(t.Context())
			must(err)
			_, err = a.SendLetters(t.Context())
			must(err)
			must(w.AdvanceTo(w.Now().Add(15 * time.Second)))
		}
	}
	pass(5 * time.Second)
	before := paid{sent.writes(), sent.written()}
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	_, err = autoscaling.NewFromConfig(as("AKIAMALLORY000000001", "first")(place)).UpdateAutoScalingGroup(t.Context(),
		&autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("web"), MaxSize: aws.Int32(9)})
	must(err)
	pass(time.Minute)
	only := func() *ledger.Case {
		t.Helper()
		all, err := l.Cases(t.Context(), ledger.Filter{})
		must(err)
		if len(all) != 1 {
			t.Fatalf("%d cases", len(all))
		}
		return all[0]
	}
	if mode == "ask" {
		one := only()
		if asks := one.Asks(0); len(asks) == 0 || one.Told(asks[0]) == nil {
			t.Fatalf("the case is %s, and people know of %v", one.State, asks)
		}
		_, err := app.Order(t.Context(), l, one.ID, ledger.Order{Verb: ledger.Approve, By: "ann@example.com", Proven: true, Via: ledger.InSlack, At: w.Now(), Shown: one.Shown(0)})
		must(err)
	}
	pass(4 * time.Minute)
	if one := only(); one.State != ledger.Verified {
		t.Fatalf("the case is %s: %s", one.State, one.Reason)
	}
	return paid{sent.writes(), sent.written()}.less(before)
}
