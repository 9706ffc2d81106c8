package engine

import (
	"context"

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

// supersede puts what a check finds now in the place of a revision.
func (pl *planner) supersede(ctx context.Context, t *attempt, number int, found []playbook.Proposal) error {
	before := len(t.c.Revisions)
	suspect := t.c.Revisions[number-1].Suspect
	if l := t.suspect(suspect); len(found) == 0 && l.Origin.Sweep != "" {
		if err := pl.sweeps.restart(ctx, t, l.StoredSuspect); err != nil {
			return err
		}
	}
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
