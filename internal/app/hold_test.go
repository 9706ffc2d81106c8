package app_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// What waits for ever is told again each week, where letters tell; what silence means elsewhere stands as it was written.
func TestWhatHoldsIsToldAgainEachWeek(t *testing.T) {
	const week = 7 * 24 * time.Hour
	mail := "report: {mail: {from: riposte@example.com, smtp: {server: \"smtp.example.com:587\"}}}\n"
	for _, c := range []struct {
		story, text string
		class       action.Class
		want        gate.Answer
	}{
		{"nothing is said of silence", mail, action.Mend, gate.Answer{After: week, Silence: ledger.Reminds}},
		{"it holds in production", mail + "approval: {mend: {after: 2d, silence: act}, production: {mend: {silence: hold}}}\n", action.Mend, gate.Answer{After: week, Silence: ledger.Reminds}},
		{"it destroys", mail, action.Destroy, gate.Answer{After: week, Silence: ledger.Reminds}},
		{"the file says more", mail + "approval: {production: {mend: {after: 2d, silence: expire}}}\n", action.Mend, gate.Answer{After: 48 * time.Hour, Silence: ledger.Expires}},
		{"it contains: people are asked again", mail, action.Contain, gate.Answer{After: 15 * time.Minute, Silence: ledger.Reminds}},
		{"it contains, and only a pager is told", "report: {pagerduty: {key: env:K}}\n", action.Contain, gate.Answer{}},
		{"Security Hub is told", "report: {security_hub: true}\n", action.Mend, gate.Answer{}},
		{"nobody is told", "", action.Mend, gate.Answer{}},
	} {
		t.Run(c.story, func(t *testing.T) {
			text := "organization: {accounts: [{id: \"111122223333\", environment: production}]}\npeople: {domains: [example.com], groups: {security: {members: [ann@example.com], mail: security@example.com}}}\nowners: {fallback: security}\n"
			parsed, err := config.Parse("riposte.yaml", []byte(text+c.text), playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			d := app.Letters(parsed, action.NewCodec(action.Kinds()...), nil, time.Now, slog.New(slog.DiscardHandler))
			got := d.Policy.Approval.Answer("launch.unapproved-image", gate.Deed{Class: c.class, Account: "111122223333"})
			if got.After != c.want.After || got.Silence != c.want.Silence {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Outside production, where the file says nothing of silence, it does what the mode asks, and nothing that a plan itself is in doubt about, or that a
// break-glass principal may have meant, who has other things to do in an emergency than to answer: that is
// asked again each week. Where the file says so, it does both.
func TestSilenceByDefaultSettlesNoDoubt(t *testing.T) {
	const mail = "report: {mail: {from: riposte@example.com, smtp: {server: \"smtp.example.com:587\"}}}\n"
	start := action.Start{Instance: event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Instance, "i-1")}
	mode, doubt := action.Try(start).Ladder[0], action.Try(start).Asking("is it yours?").Ladder[0]
	of := func(role, id string) *ledger.Case {
		arn := "arn:aws:sts::111122223333:assumed-role/" + role + "/ann"
		actor := event.Actor{Kind: event.RoleActor, ARN: arn, Issuer: "arn:aws:iam::111122223333:role/" + role, IssuerID: id}
		return &ledger.Case{Playbook: "launch.unapproved-image", Suspects: []ledger.Suspect{{Key: "one", StoredSuspect: playbook.StoredSuspect{Origin: playbook.Origin{Actor: actor}}}}}
	}
	anybody, emergency := of("web", "AROAWEB00000000000001"), of("break-glass", "AROAGLASS000000000001")
	for _, c := range []struct {
		story, text string
		doubt       ledger.Silence
	}{
		{"nothing is said of silence", mail, ledger.Reminds},
		{"the file lengthens it for one playbook", mail + "playbooks: {launch.unapproved-image: {approval: {after: 14d}}}\n", ledger.Reminds},
		{"the file says it for one playbook", mail + "playbooks: {launch.unapproved-image: {approval: {after: 48h, silence: act}}}\n", ledger.Acts},
		{"the file says it", mail + "approval: {mend: {after: 48h, silence: act}}\n", ledger.Acts},
	} {
		t.Run(c.story, func(t *testing.T) {
			text := "organization: {accounts: [{id: \"111122223333\", environment: development}]}\nbreak_glass: [{arn: \"arn:aws:iam::111122223333:role/break-glass\", id: AROAGLASS000000000001}]\n"
			parsed, err := config.Parse("riposte.yaml", []byte(text+c.text), playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			p := app.Letters(parsed, action.NewCodec(action.Kinds()...), nil, time.Now, slog.New(slog.DiscardHandler)).Policy
			if got := p.AnswerAbout(anybody, "one", mode); got.Silence != ledger.Acts {
				t.Errorf("what the mode asks: %+v", got)
			}
			if got := p.AnswerAbout(anybody, "one", doubt); got.Silence != c.doubt {
				t.Errorf("what the plan asks: %+v", got)
			}
			if got := p.AnswerAbout(emergency, "one", mode); got.Silence != c.doubt {
				t.Errorf("what a break-glass principal did: %+v", got)
			}
		})
	}
}
