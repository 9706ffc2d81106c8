package app

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbooks"
)

// A playbook that is enforced from a day on observes until the day begins in the zone of the report.
func TestAPlaybookIsEnforcedFromItsDayOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which begins at 2000-01-01T00:00:00Z
		o := discovered(t, "report: {zone: Europe/Berlin}\nplaybooks: {launch.unapproved-image: {mode: act, enforce_from: 2000-01-03}}", &directoryOf{})
		expect := func(want gate.Decision) {
			t.Helper()
			if got, why := o.mode("launch.unapproved-image", shop, action.Contain); got != want {
				t.Errorf("%v: %s, %s", time.Now(), got, why)
			}
		}
		expect(gate.Observe)
		time.Sleep(47*time.Hour - time.Second)
		expect(gate.Observe)
		time.Sleep(time.Second)
		expect(gate.Act)
	})
}

// What the file says of one playbook reaches the gate: how long people have, and that its findings are never let be.
func TestWhatIsSaidOfOnePlaybookReachesTheGate(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte(`organization: {accounts: [{id: "111122223333", environment: development}]}
report: {security_hub: true}
exceptions: {never: ["network.*"]}
approval: {mend: {after: 48h, silence: act}}
playbooks: {launch.unapproved-image: {approval: {after: 14d}}}
`), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	policy := gate.Policy{Approval: approval(c)}
	mend := gate.Deed{Class: action.Mend, Account: "111122223333"}
	for playbook, want := range map[string]time.Duration{"launch.unapproved-image": 14 * 24 * time.Hour, "launch.by-hand": 48 * time.Hour} {
		if got := policy.AnswerTo(playbook, mend); got.After != want || got.Silence != ledger.Acts {
			t.Errorf("%s: %+v", playbook, got)
		}
	}
	for playbook, never := range map[string]bool{"network.open-admin-port": true, "launch.by-hand": false} {
		o := ledger.Order{Verb: ledger.Except, By: "ann", Except: time.Hour}
		why, err := MayOrder(c, action.Codec{}, &ledger.Case{Playbook: playbook}, o)
		if err != nil || (why == "") == never {
			t.Errorf("%s: %q, %v", playbook, why, err)
		}
	}
}
