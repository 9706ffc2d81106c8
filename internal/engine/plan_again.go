package engine

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// again is true where the same plan stands already: what it did is looked at once more, with the new event as evidence
// against it, instead of piling up plans as fast as an attacker can repeat the call. What the event wants more of than the
// plan, as the moment before which sessions are revoked, extends it.
//
// A service's notice and the record of the call behind it are one finding. The record takes over what was planned for the notice
// and brings the caller; a notice that comes behind the record tells nothing new.
func (pl *planner) again(t *attempt, suspect string, p playbook.Proposal) (bool, error) {
	sealed, err := pl.codec.Seal(p.Plan.Core())
	if err != nil {
		return false, err
	}
	found := false
	for i := range t.c.Revisions {
		r := &t.c.Revisions[i]
		from := t.suspect(r.Suspect).Origin
		otherClock := from.Noticed() != p.Suspect.Origin.Noticed()
		if r.Superseded != 0 || ended(r) || !otherClock && p.Suspect.Origin.Sweep == "" && from.Actor.Credential() != p.Suspect.Origin.Actor.Credential() {
			continue
		}
		observed := func(s ledger.Step) bool { return s.Verdict == string(gate.Observe) }
		if from.Place.Region != p.Suspect.Origin.Place.Region && slices.ContainsFunc(r.Steps, observed) {
			continue // a decoy where riposte only observes stands for nothing else
		}
		core, known := t.cores[r.Plan.Digest] // of the revision's plan, without what only grows
		if !known {
			sealed, err := pl.codec.Seal(t.plans[r.Plan.Digest].Core())
			if err != nil {
				return false, err
			}
			core, t.cores[r.Plan.Digest] = sealed.Digest, sealed.Digest
		}
		if core != sealed.Digest {
			continue
		}
		found = true
		if otherClock {
			if from.Noticed() {
				r.Suspect = suspect
			}
			continue
		}
		if err := pl.repeated(t, r, p); err != nil {
			return false, err
		}
	}
	if found {
		t.note("confirmed again: %s", p.Suspect.Title)
	}
	return found, nil
}

// repeated has what a revision did looked at again.
func (pl *planner) repeated(t *attempt, r *ledger.Revision, p playbook.Proposal) error {
	r.Found = append(slices.Clone(r.Found), p.Suspect.Found...)
	slices.Sort(r.Found)
	r.Found = slices.Compact(r.Found)
	if p.Suspect.Origin.Sweep != "" {
		return nil // a sweep sees what is so, and no caller that did it again
	}
	for i := range r.Steps {
		r.Steps[i].Mine = nil // it was of what had been found then
		if s := &r.Steps[i]; made(s.State) && !s.Aside {
			s.Undone, s.Looked = p.Suspect.Origin.Name+" by "+p.Suspect.Origin.Actor.ARN, false
			t.c.Recheck = t.Now()
		}
	}
	if !begun(r) {
		return nil // a person may be reading it; what it lacks is added once it was begun
	}
	return pl.extend(t, r, p.Plan)
}

// extend makes a new revision of a plan that no longer covers what is wanted: the same steps, where they stand. A step that
// was done, and is wanted further now, waits again.
func (pl *planner) extend(t *attempt, was *ledger.Revision, wanted action.Plan) error {
	old := t.plans[was.Plan.Digest]
	short := map[int]bool{}
	for i, s := range old.Steps {
		if !s.Covers(wanted.Steps[i]) {
			short[i] = true
		}
	}
	if len(short) == 0 {
		return nil
	}
	next, err := pl.replan(t, was, wanted)
	if err != nil {
		return fmt.Errorf("extend plan %d: %w", was.Number, err)
	}
	for i := range next.Steps {
		s := &next.Steps[i]
		rung := min(s.Rung, len(wanted.Steps[i].Ladder)-1)
		g, ok := old.Steps[i].Ladder[rung].Do.(action.Growing)
		if short[i] && made(s.State) && ok && !g.Covers(wanted.Steps[i].Ladder[rung].Do) {
			s.State, s.Undone = ledger.Pending, ""
		}
	}
	t.note("plan %d wants more: plan %d goes on where it stands", was.Number, next.Number)
	return nil
}

// ended reports whether a person, or AWS, has put an end to a step of the revision: the next finding is judged for itself.
func ended(r *ledger.Revision) bool {
	return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool {
		return !s.Aside && (s.Verdict == "except" || s.State == ledger.Dropped || s.State == ledger.StepFailed || s.State == ledger.StepUndone || s.State == ledger.Stays)
	})
}
