package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// A playbook that only tells has no mode: nobody reads in the configuration that it acts, and no right is missing for it.
func TestAPlaybookThatTellsHasNoMode(t *testing.T) {
	all := append(catalogue(new(imageParams)), playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.tells", Tells: true, Join: func(one, _ playbook.Suspect[struct{}]) playbook.Suspect[struct{}] { return one },
		Watches: func(struct{}) []playbook.Trigger { return []playbook.Trigger{playbook.CallerPerson(false)} },
	}))
	c, err := Parse("riposte.yaml", []byte(`
organization: {accounts: [{id: "111122223333", environment: production}]}
people: {issuers: ["arn:aws:iam::*:role/okta-*"]}
playbooks:
  defaults: {mode: act}
  test.tells: {mode: act, production: ask}
`), all)
	if err != nil {
		t.Fatal(err)
	}
	if mode, why := c.Mode("test.tells", "111122223333", action.Contain); mode != Observe || why != "it tells, and changes nothing" || c.Boldest("test.tells") != Observe {
		t.Errorf("%s, boldest %s: %s", mode, c.Boldest("test.tells"), why)
	}
	warned := 0
	for _, w := range c.Warnings {
		if strings.Contains(w.String(), "riposte.yaml:6:15: test.tells tells, and changes nothing") {
			warned++
		}
	}
	if warned != 1 {
		t.Errorf("warned %d times: %v", warned, c.Warnings)
	}
	i := slices.IndexFunc(c.Playbooks, func(p playbook.Playbook) bool { return p.ID == "test.tells" })
	if by := c.Playbooks[i].Callers(); len(by) != 1 || !slices.Equal(by[0].People.Issuers, []string{"arn:aws:iam::*:role/okta-*"}) {
		t.Errorf("it does not know the organisation's people: %+v", by)
	}
}
