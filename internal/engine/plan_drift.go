package engine

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// drifted looks again at what a revision that had to wait was made for. Where the facts or the plan would be others now,
// the revision is superseded and the new one is judged, and asks, anew.
func (pl *planner) drifted(ctx context.Context, t *attempt, number int) (bool, error) {
	r := &t.c.Revisions[number-1]
	if t.planned[number] || begun(r) {
		return false, nil
	}
	found, err := pl.confirm(t, t.suspect(r.Suspect))(ctx)
	if err != nil {
		return false, err
	}
	for _, p := range found {
		if p.Suspect.Resource != t.c.Root || factsDigest(p.Suspect) != r.FactsDigest {
			continue
		}
		sealed, err := pl.codec.Seal(p.Plan) // the configuration may have changed, and with it the plan
		if err != nil {
			return false, err
		}
		if sealed.Digest == r.Plan.Digest {
			t.planned[number] = true
			return false, nil
		}
	}
	return true, pl.supersede(ctx, t, number, found)
}

// spared drops a destruction that had to wait in a plan that was begun, where a look at the present would not plan it any
// more. Facts are not compared: the plan itself has changed some of them.
func (pl *planner) spared(ctx context.Context, t *attempt, r ref) (bool, error) {
	a := r.rung().Do
	if t.planned[r.revision.Number] || r.step.State != ledger.Pending || a.About().Kind.Class != action.Destroy {
		return false, nil
	}
	found, err := pl.confirm(t, t.suspect(r.revision.Suspect))(ctx)
	if err != nil {
		return false, err
	}
	planned := func(r action.Rung) bool { return key(r.Do) == key(a) }
	for _, p := range found {
		if slices.ContainsFunc(p.Plan.Steps, func(s action.Step) bool { return slices.ContainsFunc(s.Ladder, planned) }) {
			return false, nil
		}
	}
	r.step.State, r.step.Note = ledger.Dropped, "no longer called for"
	t.note("%s: %s", r, r.step.Note)
	return true, nil
}

// supersede puts what a check finds now in the place of a revision.
func (pl *planner) supersede(ctx context.Context, t *attempt, number int, found []playbook.Proposal) error {
	before := len(t.c.Revisions)
	suspect := t.c.Revisions[number-1].Suspect
	t.c.Revisions[number-1].Superseded = -1
	for _, p := range found {
		var err error
		if p.Suspect.Resource == t.c.Root {
			err = pl.revise(t, suspect, p)
		} else {
			err = pl.placeOf(ctx, t, p.Suspect)
		}
		if err != nil {
			return err
		}
	}
	if len(t.c.Revisions) > before {
		t.c.Revisions[number-1].Superseded = before + 1
	}
	for i := before; i < len(t.c.Revisions) && pl.letters; i++ {
		t.inherits(&t.c.Revisions[i], t.c.Revisions[number-1])
	}
	t.note("revision %d is superseded: what it was made for has changed", number)
	return nil
}

// begun reports whether anything was done, or is owned, of a revision.
func begun(r *ledger.Revision) bool {
	for _, s := range r.Steps {
		if s.State != ledger.Pending || len(s.Owned) > 0 {
			return true
		}
	}
	return false
}
