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
		stop := stopGroup(place.In(event.Group, f.Group), f.Pin, p.Group)
		if f.Doubt == "" {
			stop = stop.Required()
		} else {
			stop = stop.Asking(f.Doubt) // and the instance, of which more may be known, does not wait for the answer
		}
		plan.Steps = append(plan.Steps, stop)
	}
	for _, m := range f.Instances {
		plan.Steps = append(plan.Steps, m.steps(place.In(event.Instance, m.ID), p)...)
	}
	return plan
}

func (m machine) steps(instance event.Resource, p ImageParams) []action.Step {
	isolate, can := m.isolation(instance, p)
	if p.Instance == Isolate && can {
		return m.isolated(isolate)
	}
	end := action.Try(action.Terminate{Instance: instance})
	if can {
		end = end.Else(isolate)
	}
	if why := m.doubt(p); why != "" {
		end = end.Asking(why)
	}
	return []action.Step{end}
}

// isolated cuts the instance off; on standby its group neither replaces nor terminates it, and the evidence stays.
func (m machine) isolated(isolate action.Isolate) []action.Step {
	steps := []action.Step{action.Try(isolate)}
	if m.Member != "" {
		steps = append(steps, action.Try(action.Standby{Instance: isolate.Instance, Group: m.Member, Decrement: true}).
			Else(action.Standby{Instance: isolate.Instance, Group: m.Member}))
	}
	return steps
}

// isolation needs a security group of the instance's own VPC.
func (m machine) isolation(instance event.Resource, p ImageParams) (action.Isolate, bool) {
	group := p.IsolationGroups[m.VPC]
	if group == "" {
		return action.Isolate{}, false
	}
	return action.Isolate{Instance: instance, Interfaces: m.Interfaces, Groups: []string{group}}, true
}

// doubt is why a person must agree to the end of an instance, whatever the mode.
func (m machine) doubt(p ImageParams) string {
	switch {
	case p.Instance == Isolate:
		return "isolation_groups names no security group for its VPC, and termination has no way back"
	case m.Old:
		return "the instance was launched longer ago than terminate_within"
	}
	return m.Doubt
}
