package launch

import (
	"strconv"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// planLaunch stops the group, then sees to each instance. Where the group can't be stopped the plan ends: it would launch
// the next from the same image as often as one is terminated.
func planLaunch(s playbook.Suspect[launched], p ImageParams) action.Plan {
	place, f := s.Resource.Place(), s.Facts
	var plan action.Plan
	// What a hook holds waits for an answer, and ends by it: before its group is suspended, which may keep Auto Scaling from ending it.
	for _, m := range f.Instances {
		if m.Hook == "" || p.Instance == Isolate {
			continue
		}
		abandon := action.Try(action.AbandonLaunch{Instance: place.In(event.Instance, m.ID), Group: m.Member, Hook: m.Hook})
		plan.Steps = append(plan.Steps, m.ending(abandon))
	}
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

// stopGroup keeps a group from launching the next. One that is pinned goes on working and replaces what is terminated,
// by what may be launched; where nothing is known yet, a pin without a version shows what is meant.
func stopGroup(group event.Resource, known *pinning, answer GroupAnswer) action.Step {
	suspend := action.Suspend{Group: group}
	if answer == SuspendLaunch || answer == Pin {
		suspend.Processes = []string{"Launch"}
	}
	if answer != Pin || known != nil && known.Instead != "" {
		return action.Try(suspend)
	}
	pin := action.Pin{Group: group}
	if known != nil {
		pin.Template, pin.Version = known.Template, strconv.FormatInt(known.Version, 10)
	}
	return action.Try(pin).Else(suspend)
}

// stop keeps a fleet or a spot request from launching the next. What it has launched is seen to instance by instance, whether this
// succeeds or not: an attacker may keep a fleet from being modified by modifying it.
func (s source) stop() action.Step {
	switch s.Launcher.Type {
	case event.Fleet:
		return action.Try(action.HoldFleet{Fleet: s.Launcher})
	case event.SpotFleet:
		return action.Try(action.HoldSpotFleet{Fleet: s.Launcher})
	}
	return action.Try(action.CancelSpotRequest{Request: s.Launcher})
}

// steps end the instance, or keep it for evidence.
func (m machine) steps(instance event.Resource, caseID string, p ImageParams) []action.Step {
	// What can be taken back. Before anything is read it is as deployed: its VPC has an isolating group.
	var rungs []action.Action
	checked := m.Breaks != ""
	if !checked {
		m.Isolation = p.IsolationGroups[m.VPC]
	}
	if m.Isolation != "" {
		rungs = append(rungs, action.Isolate{Instance: instance, Interfaces: m.Interfaces, Groups: []string{m.Isolation}})
	} else if !checked {
		rungs = append(rungs, action.Isolate{Instance: instance})
	}
	rungs = append(rungs, action.Stop{Instance: instance})
	if m.Session != nil {
		rungs = append(rungs, action.DenySession{Role: m.Session.Role, UserID: m.Session.ID, Case: caseID, Scope: action.Everything})
	}

	// Its end, and those where that is forbidden, as by a protected launch, or not granted: a ladder of one would be the attacker's to
	// break.
	if p.Instance != Isolate {
		end := action.Try(action.Terminate{Instance: instance})
		for _, r := range rungs {
			end = end.Else(r)
		}
		return []action.Step{m.ending(end)}
	}

	// Cut off, or else stopped; ended only if a person wants it. On standby its group neither replaces nor terminates it, and the
	// evidence stays.
	var cut action.Step
	for _, r := range rungs {
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

// ending returns a step that ends the instance, with what is to be asked before.
func (m machine) ending(step action.Step) action.Step {
	if m.Old {
		return step.Asking("the instance was launched longer ago than terminate_within")
	}
	return asking(m.Doubt, step)
}

// asking returns the step, with a question where there is one.
func asking(question string, step action.Step) action.Step {
	if question == "" {
		return step
	}
	return step.Asking(question)
}
