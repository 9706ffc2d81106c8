package engine

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// again is true where the same plan stands already: what it did is looked at once more, with the new event as evidence
// against it, instead of piling up plans as fast as an attacker can repeat himself. What the event wants more of than the
// plan, as the moment before which sessions are revoked, extends it.
func (t *attempt) again(p playbook.Proposal) (bool, error) {
	sealed, err := t.Codec.Seal(p.Plan.Core())
	if err != nil {
		return false, err
	}
	found := false
	for i := range t.c.Revisions {
		r := &t.c.Revisions[i]
		from := t.lead(r).Origin
		if r.Superseded != 0 || ended(r) || from.Actor.Credential() != p.Suspect.Origin.Actor.Credential() {
			continue
		}
		if from.Place.Region != p.Suspect.Origin.Place.Region && watchedOnly(r) { // a decoy where riposte only observes stands for nothing else
			continue
		}
		core, err := t.core(r)
		if err != nil {
			return false, err
		}
		if core != sealed.Digest {
			continue
		}
		found = true
		if err := t.repeated(r, p); err != nil {
			return false, err
		}
	}
	if found {
		t.note("confirmed again: %s", p.Suspect.Title)
	}
	return found, nil
}

// core is the digest of a revision's plan without what only grows.
func (t *attempt) core(r *ledger.Revision) (string, error) {
	if known, ok := t.cores[r.Plan.Digest]; ok {
		return known, nil
	}
	sealed, err := t.Codec.Seal(t.plans[r.Plan.Digest].Core())
	t.cores[r.Plan.Digest] = sealed.Digest
	return sealed.Digest, err
}

// repeated has what a revision did looked at again.
func (t *attempt) repeated(r *ledger.Revision, p playbook.Proposal) error {
	r.Found = together(r.Found, p.Suspect.Found)
	for i := range r.Steps {
		if s := &r.Steps[i]; made(s.State) {
			s.Undone, s.Looked = p.Suspect.Origin.Name+" by "+p.Suspect.Origin.Actor.ARN, false
			t.c.Recheck = t.Now()
		}
	}
	if !begun(r) {
		return nil // a person may be reading it; what it lacks is added once it was begun
	}
	return t.extend(r, p.Plan)
}

// extend makes a new revision of a plan that no longer covers what is wanted: the same steps, where they stand. A step that
// was done, and is wanted further now, waits again.
func (t *attempt) extend(was *ledger.Revision, wanted action.Plan) error {
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
	next, err := t.replan(was, wanted)
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

// replan makes a new revision that supersedes another: another plan, whose steps stand where those of the other do.
func (t *attempt) replan(was *ledger.Revision, plan action.Plan) (*ledger.Revision, error) {
	sealed, err := t.Codec.Seal(plan)
	if err != nil {
		return nil, err
	}
	next := ledger.Revision{
		Number: len(t.c.Revisions) + 1, Suspect: was.Suspect, Plan: sealed, Found: was.Found, FactsDigest: was.FactsDigest, Made: was.Made, Preempts: was.Preempts,
	}
	for _, s := range was.Steps {
		s.Held, s.Requests = slices.Clone(s.Held), slices.Clone(s.Requests)
		next.Steps = append(next.Steps, s)
	}
	was.Superseded = next.Number
	t.c.Revisions = append(t.c.Revisions, next)
	t.plans[sealed.Digest], t.fresh[next.Number], t.answered = plan, true, true
	t.c.Report.Wanted++
	return &t.c.Revisions[len(t.c.Revisions)-1], nil
}
