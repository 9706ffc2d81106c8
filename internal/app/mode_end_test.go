package app

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/playbooks"
)

// What asks the gate is asked by the clock of now: a mode ends with nobody at the keyboard, and while nobody runs.
func TestTheGateKnowsWhenAModeHasEnded(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte(`
organization: {accounts: [{id: "111122223333", ou: ou-abcd-11112222}]}
playbooks: {launch.unapproved-image: {ou-abcd-11112222: {mode: act, until: 2026-12-06T12:00:00Z, then: ask}}}
`), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2026, 12, 6, 11, 59, 59, 0, time.UTC)
	rules := policy(c, organization(c, nil, nil, func() time.Time { return clock }, nil))
	if d, why := rules.Mode("launch.unapproved-image", "111122223333", action.Contain); d != gate.Act {
		t.Errorf("a second before: %s, %s", d, why)
	}
	clock = clock.Add(time.Second)
	if d, why := rules.Mode("launch.unapproved-image", "111122223333", action.Contain); d != gate.Ask || !strings.Contains(why, "says ask since") {
		t.Errorf("at the end: %s, %s", d, why)
	}
}
