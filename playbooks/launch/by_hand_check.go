package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// checkByHand asks whether the caller is a person and the account one in which people launch nothing by hand, counts what the person
// launched within the window, and reads what is left of this launch.
func checkByHand(ctx context.Context, in playbook.In, s playbook.Suspect[byHand], p ByHandParams) ([]playbook.Suspect[byHand], error) {
	f := &s.Facts
	if !in.Organization.ByPerson(in.Origin.Actor, p.Users) || !in.Organization.InEnvironment(f.Place.Account, p.Environments) {
		return nil, nil
	}
	why, err := bulk(ctx, in, *f, p)
	if err != nil || why != "" && p.Bulk == LeaveBulk {
		return nil, err
	}
	f.Doubt = cmp.Or(why, f.Doubt)
	w := witness{
		reader: reader{in: in, place: f.Place, at: f.At}, params: ImageParams{IsolationGroups: p.IsolationGroups}, isolating: map[string]string{},
	}
	of := launched{At: f.At, Token: f.Token}
	for _, id := range f.IDs {
		of.Instances = append(of.Instances, machine{ID: id})
	}
	there, err := w.instances(ctx, of)
	if err != nil {
		return nil, err
	}
	f.Instances = nil
	var tags []map[string]string
	for _, i := range there {
		if over(i) || i.LaunchTime != nil && i.LaunchTime.Before(f.At.Add(-early)) {
			continue // that was there before the call: a token that was used before is answered with what it launched then
		}
		m, err := w.machine(ctx, i, verdict{})
		if err != nil {
			return nil, err
		}
		f.Instances, tags = append(f.Instances, m), append(tags, tagsOf(i))
	}
	if len(f.Instances) == 0 {
		return nil, nil
	}
	s.Title, s.Tags = f.title(), shared(tags)
	return []playbook.Suspect[byHand]{s}, nil
}

// shared are the tags that all have alike: of instances that say differently whose they are, none says it for the others.
func shared(all []map[string]string) map[string]string {
	out := maps.Clone(all[0])
	for _, other := range all[1:] {
		maps.DeleteFunc(out, func(key, value string) bool { return other[key] != value })
	}
	return out
}

// bulk says why a launch may be one of a bulk job, "" where it is none. What was not counted may be.
func bulk(ctx context.Context, in playbook.In, f byHand, p ByHandParams) (string, error) {
	n, err := in.Count(ctx, playbook.Window{
		Playbook: "launch.by-hand", Actor: in.Organization.Who(in.Origin.Actor), From: f.At.Add(-p.Window), To: f.At.Add(p.Window),
	})
	switch {
	case errors.Is(err, playbook.ErrNotCounted):
		return "how many more the same person launched is not known", nil
	case err != nil:
		return "", fmt.Errorf("count what the person launched: %w", err)
	case n.Resources > p.Most || n.More:
		return fmt.Sprintf("%d instances within %s of each other may be a bulk job", n.Resources, p.Window), nil
	}
	return "", nil
}

// planByHand cuts each instance off, denies what its credentials may do, and ends it when it was not wanted for long enough. A role has other
// sessions: the deny is of the instance's alone.
func planByHand(s playbook.Suspect[byHand], p ByHandParams) action.Plan {
	f := s.Facts
	machines := f.Instances
	if machines == nil { // not looked at yet
		for _, id := range f.IDs {
			machines = append(machines, machine{ID: id})
		}
	}
	var now, later []action.Step
	for _, m := range machines {
		instance := f.Place.In(event.Instance, m.ID)
		cut := action.Try(action.Stop{Instance: instance})
		if m.Isolation != "" {
			cut = action.Try(action.Isolate{Instance: instance, Interfaces: m.Interfaces, Groups: []string{m.Isolation}}).Else(action.Stop{Instance: instance})
		}
		now = append(now, asking(f.Doubt, cut))
		if m.Session != nil {
			now = append(now, asking(f.Doubt, action.Try(action.DenySession{Role: m.Session.Role, UserID: m.Session.ID, Case: s.Case, Scope: action.Everything})))
		}
		if p.DeleteAfter > 0 {
			end := asking(f.Doubt, action.Try(action.Terminate{Instance: instance}))
			end.After = p.DeleteAfter
			later = append(later, end)
		}
	}
	return action.Plan{Steps: append(now, later...)}
}
