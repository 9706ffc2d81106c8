package launch

import (
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// planLaunch stops the group, then sees to each instance. Where the group can't be stopped the plan ends: it would launch
// the next from the same image as often as one is terminated.
func planLaunch(s playbook.Suspect[launched], p ImageParams) action.Plan {
	place, f := s.Resource.Place(), s.Facts
	var plan action.Plan
	if f.Group != "" && f.Spared == "" {
		stop := asking(f.Doubt, stopGroup(place.In(event.Group, f.Group), f.Pin, p.Group))
		stop.Must = f.Doubt == "" // the instance, of which more may be known, does not wait for a person
		plan.Steps = append(plan.Steps, stop)
	}
	if f.Source != nil {
		plan.Steps = append(plan.Steps, asking(f.Source.Doubt, f.Source.stop()))
	}
	for _, m := range f.Instances {
		answer := p
		if f.Task != "" || f.Source != nil || m.Source != "" {
			answer.Instance = Isolate // one of ours, under a stranger's disk; or one whose fleet would launch the next in its place
		}
		plan.Steps = append(plan.Steps, m.steps(place.In(event.Instance, m.ID), s.Case, answer)...)
	}
	return plan
}

// steps end the instance, or keep it for evidence.
func (m machine) steps(instance event.Resource, caseID string, p ImageParams) []action.Step {
	if !m.checked() {
		m.Isolation = p.IsolationGroups[m.VPC]
	}
	if p.Instance == Isolate {
		return m.kept(instance, caseID)
	}
	return []action.Step{m.ended(instance, caseID)}
}

func (m machine) checked() bool { return m.Breaks != "" }

// ended goes on where its end is forbidden, as a protected launch does, or not granted: a ladder of one would be the
// attacker's to break.
func (m machine) ended(instance event.Resource, caseID string) action.Step {
	end := action.Try(action.Terminate{Instance: instance})
	for _, r := range m.rungs(instance, caseID) {
		end = end.Else(r)
	}
	if m.Old {
		return end.Asking("the instance was launched longer ago than terminate_within")
	}
	return asking(m.Doubt, end)
}

// kept cuts the instance off, or else stops it; it is ended only if a person wants it. On standby its group neither replaces
// nor terminates it, and the evidence stays.
func (m machine) kept(instance event.Resource, caseID string) []action.Step {
	var cut action.Step
	for _, r := range m.rungs(instance, caseID) {
		cut = cut.Else(r)
	}
	cut = cut.ElseAsk(action.Terminate{Instance: instance}, "the answer is to keep the evidence, and termination has no way back")
	steps := []action.Step{asking(m.Doubt, cut)}
	if m.Member != "" {
		steps = append(steps, action.Try(action.Standby{Instance: instance, Group: m.Member, Decrement: true}).
			Else(action.Standby{Instance: instance, Group: m.Member}))
	}
	return steps
}
