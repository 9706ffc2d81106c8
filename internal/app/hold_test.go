package app_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
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
		{"it contains: the chain asks again", mail, action.Contain, gate.Answer{}},
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
