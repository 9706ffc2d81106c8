package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

const threeAccounts = `
organization:
  discover: true
  accounts:
    - {id: "111122223333", environment: production, ou: ou-abcd-11112222}
    - {id: "444455556666", environment: production}
    - {id: "777788889999", environment: sandbox, ou: ou-abcd-33334444}
playbooks:
  launch.unapproved-image:
`

// After a demotion nothing inside goes further, whatever key let it, and nothing goes further than it did.
func TestADemotionLeavesNothingInsideThatActs(t *testing.T) {
	now := time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC)
	everywhere, production := config.Standing{}, config.Standing{Environment: "production"}
	unit, root := config.Standing{OUs: []string{"ou-abcd-11112222"}}, config.Standing{OUs: []string{"r-abcd"}}
	account := config.Standing{Account: "444455556666", Environment: "production"}
	for _, x := range []struct {
		name, modes, scope string
		at                 config.Standing
		to                 config.Mode
		also, doubtful     string
		err                string
	}{
		{"a class", "destroy: act", "", everywhere, "observe", "destroy", "", ""},
		{"an account beside the mode", "mode: act\n    \"111122223333\": act", "", everywhere, "observe", "111122223333", "", ""},
		{"all kinds of keys", "mode: ask\n    contain: act\n    production: ask\n    sandbox: observe\n    ou-abcd-99998888: {mode: act, until: 2027-01-01T00:00:00Z}", "", everywhere, "observe",
			"contain ou-abcd-99998888 production", "", ""},
		{"what has ended already", "destroy: {mode: act, until: 2026-01-01T00:00:00Z, then: observe}", "", everywhere, "observe", "", "", "goes no further than observe"},
		{"a class, to ask", "destroy: act", "", everywhere, "ask", "destroy", "", ""},
		{"what ends by itself, to ask", "mode: {mode: act, until: 2027-01-01T00:00:00Z, then: observe}\n    destroy: {mode: act, until: 2027-01-01T00:00:00Z}", "", everywhere, "ask", "destroy", "", ""},
		{"a class in one place, to ask", "destroy: act", "production", production, "ask", "", "", "would go further than it does about contain in 111122223333"},
		{"an account of an environment", "mode: act\n    \"111122223333\": act", "production", production, "observe", "111122223333", "", ""},
		{"an environment below a unit", "ou-abcd-11112222: act", "production", production, "observe", "111122223333 444455556666", "", ""}, // which the one may be in
		{"an account in an unknown unit", "ou-abcd-11112222: act", "444455556666", account, "observe", "", "", ""},
		{"a unit, and what may be below it", "mode: act\n    \"111122223333\": act\n    \"444455556666\": act\n    ou-abcd-99998888: act\n    r-abcd: act", "ou-abcd-11112222", unit, "observe",
			"111122223333", "444455556666 ou-abcd-99998888", ""},
		{"the root", "\"444455556666\": act\n    ou-abcd-99998888: act", "r-abcd", root, "observe", "444455556666 ou-abcd-99998888", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			text := []byte(threeAccounts + "    " + x.modes + "\n")
			old, err := config.Parse("riposte.yaml", text, playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			p := app.Promotion{Playbook: "launch.unapproved-image", Scope: x.scope, To: x.to}
			got, err := app.Demote(old, text, p, x.at, now, playbooks.All())
			if x.err != "" || err != nil {
				if err == nil || x.err == "" || !strings.Contains(err.Error(), x.err) {
					t.Fatalf("%v", err)
				}
				return
			}
			if also, doubtful := strings.Join(got.Also, " "), strings.Join(got.Doubtful, " "); also != x.also || doubtful != x.doubtful {
				t.Errorf("also %q, doubtful %q, in\n%s", also, doubtful, got.Text)
			}
			c, err := config.Parse("riposte.yaml", got.Text, playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			for _, class := range []action.Class{action.Contain, action.Mend, action.Destroy} {
				for _, a := range c.Organization.Accounts {
					s := config.Standing{Account: a.ID, Environment: a.Environment, OUs: []string{a.OU, "ou-abcd-11112222", "r-abcd"}}
					inside := x.scope == "" || x.scope == a.ID || x.scope == a.Environment || x.scope == a.OU || x.scope == "r-abcd"
					later := now.AddDate(1, 0, 0)
					before, _ := old.ModeAt(p.Playbook, s, class, later)
					if after, why := c.ModeAt(p.Playbook, s, class, later); before.Less(after) {
						t.Errorf("%s in %s a year later: %s, was %s, since %s", class, a.ID, after, before, why)
					}
					if m, why := c.ModeAt(p.Playbook, s, class, now); inside && x.to.Less(m) {
						t.Errorf("%s in %s: %s, since %s", class, a.ID, m, why)
					}
				}
			}
		})
	}
}

// A promotion that would take from one class of actions what it gives to another is refused.
func TestAPromotionMakesNothingGoLessFar(t *testing.T) {
	now := time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC)
	text := []byte(threeAccounts + "    contain: act\n    params: {allow_owners: [self]}\n")
	c, err := config.Parse("riposte.yaml", text, playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	p := app.Promotion{Playbook: "launch.unapproved-image", Scope: "sandbox", To: config.Ask}
	if _, err := app.Promote(c, text, p, now, playbooks.All()); err == nil || !strings.Contains(err.Error(), "less far than it does about contain in 777788889999, contain in sandbox") {
		t.Error(err)
	}
	p.Scope = "" // contain stays as it is
	if _, err := app.Promote(c, text, p, now, playbooks.All()); err != nil {
		t.Error(err)
	}
}
