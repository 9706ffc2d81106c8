package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/playbook"
)

// Spared is a rule of the configuration by which a suspect, or steps of its plan, would have been left alone.
type Spared struct {
	Rule   string   `json:"rule"` // organization, and of the gate's: protect, exception, region
	Reason string   `json:"reason"`
	Said   string   `json:"said,omitempty"`  // where the configuration says so: trusted[0]
	Line   int      `json:"line,omitempty"`  // of the configuration's file
	Steps  []string `json:"steps,omitempty"` // kinds of the actions that are spared; none: all of the plan
}

// Sparing returns a function that says by which rules of a configuration a suspect would have been left alone. It asks nothing of AWS,
// and nothing of a ledger: what a discovered organisation has, which people made exceptions and where riposte itself called is not known.
func Sparing(c *config.Config) func(playbook.Playbook, playbook.StoredSuspect, action.Plan) []Spared {
	o := organization(c, nil, nil, nil, nil)
	facts := c.Facts()
	facts.Accounts = func(_ context.Context, account string) (bool, error) {
		if _, listed := c.Account(account); listed || !c.Organization.Discover {
			return listed, nil
		}
		return false, errors.New("a replay asks nothing of AWS")
	}
	rules := policy(c, o)
	rules.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Act, "" } // the rest is asked, whatever is switched on
	return func(p playbook.Playbook, s playbook.StoredSuspect, plan action.Plan) (all []Spared) {
		if ours, known := o.settled(s.Origin.Place.Account); known && !ours {
			reason := fmt.Sprintf("events of account %q are left alone: it is none of the organisation's", s.Origin.Place.Account)
			return []Spared{{Rule: "organization", Reason: reason, Said: "organization.accounts", Line: c.Line("organization.accounts")}}
		}
		if said, reason, err := p.Spares(context.Background(), s, facts); err == nil && said != "" { // what is not known spares nothing
			all = append(all, Spared{Rule: "organization", Reason: reason, Said: said})
		}
		if !p.Tells || rules.Trusts(p.ID, s.Origin.Actor) { // no step of a telling asks the gate
			all = append(all, steps(rules, s, plan)...)
		}
		for i := range all {
			all[i].Line = c.Line(all[i].Said)
		}
		return all
	}
}

// steps are the rules that object to steps of a plan, at their first rungs; a plan without any is judged as a containment of the root.
func steps(rules gate.Policy, s playbook.StoredSuspect, plan action.Plan) (all []Spared) {
	judge := func(class action.Class, target event.Resource, kind string) {
		v := gate.Judge(rules, gate.Facts{
			Now: s.Origin.Received, Playbook: s.Playbook, Class: class, Target: target, Region: s.Origin.AnsweredIn(target), Actor: s.Origin.Actor, Found: s.Found,
		})
		if v.Said == "" && v.Rule != "protect" {
			return
		}
		i := slices.IndexFunc(all, func(one Spared) bool { return one.Rule == v.Rule && one.Reason == v.Text })
		if i < 0 {
			i, all = len(all), append(all, Spared{Rule: v.Rule, Reason: v.Text, Said: v.Said})
		}
		if kind != "" {
			all[i].Steps = append(all[i].Steps, kind)
		}
	}
	for _, step := range plan.Steps {
		about := step.Ladder[0].Do.About()
		judge(about.Kind.Class, about.Target, about.Kind.Name)
	}
	if len(plan.Steps) == 0 {
		judge(action.Contain, s.Resource, "")
	}
	for i := range all {
		if len(all[i].Steps) == len(plan.Steps) {
			all[i].Steps = nil
		}
	}
	return all
}
