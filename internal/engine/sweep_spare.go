package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// takenOff begins the note of what comes off with a case that is let be.
const takenOff = "taken off: "

// sparer lets be what is no longer called for: it looks again before each step that waited or destroys.
type sparer struct {
	sweeps  *sweeps
	plan    *planner
	gate    *gatekeeper
	look    *looker
	effects *effects
	revert  *reverter
}

// spared drops a destruction, or whatever had to wait, in a plan that was begun, where a look at the present would not plan it any
// more. Facts are not compared: the plan itself has changed some of them. What a sweep found and is used again, or was untagged or
// taken back by a person, ends the case; what would be planned more strictly by now is errTightened.
func (sp *sparer) spared(ctx context.Context, t *attempt, r ref) (bool, error) {
	a := r.rung().Do
	if t.planned[r.revision.Number] || r.step.State != ledger.Pending || a.About().Kind.Class != action.Destroy && r.plan.After == 0 {
		return false, nil
	}
	if t.swept(r) && t.early(r) {
		return true, nil
	}
	return sp.dropped(ctx, t, r)
}

// resumed is spared of what was committed by a process that died before it did it, and may be used since. What a look found done or
// under way does not come here. Where it is still called for it is committed anew.
func (sp *sparer) resumed(ctx context.Context, t *attempt, r ref, look action.Look) (bool, error) {
	if r.step.State != ledger.Intent || r.plan.After == 0 || !t.swept(r) {
		return false, nil
	}
	r.step.State = ledger.Pending
	if err := sp.effects.forget(ctx, t, r, look); err != nil {
		return false, err
	}
	return sp.dropped(ctx, t, r)
}

func (sp *sparer) dropped(ctx context.Context, t *attempt, r ref) (bool, error) {
	if no, err := sp.refused(ctx, t, r); err != nil || no.step != nil {
		if err == nil {
			err = sp.end(ctx, t, no, r, "a person took back "+no.String())
		}
		return err == nil, err
	}
	suspect := t.suspect(r.revision.Suspect)
	found, err := sp.plan.confirm(t, suspect)(ctx)
	if err != nil {
		return false, err
	}
	if t.swept(r) && len(found) == 0 {
		why, err := sp.sweeps.why(ctx, suspect.StoredSuspect, t.Now())
		if err == nil {
			err = sp.end(ctx, t, r, r, why)
		}
		return err == nil, err
	}
	if _, planned := r.planned(found); planned {
		if !t.swept(r) {
			return false, nil
		}
		return false, sp.tighten(t, r, found)
	}
	r.step.State, r.step.Note = ledger.Dropped, "no longer called for"
	t.note("%s: %s", r, r.step.Note)
	return true, nil
}

// refused is the step before one that waited which a person has taken back since: the tag that told of it, or what it was to follow; the
// zero ref: none.
func (sp *sparer) refused(ctx context.Context, t *attempt, before ref) (ref, error) {
	if !t.swept(before) {
		return ref{}, nil
	}
	for r := range t.live() {
		if r.revision != before.revision || r.index >= before.index || !made(r.step.State) || !r.tags() && !r.yields() {
			continue
		}
		look, err := sp.look.once(ctx, t, r.rung().Do)
		if err != nil {
			return ref{}, fmt.Errorf("look whether %s still stands: %w", r, err)
		}
		if !look.Satisfied && look.Missing == "" && !t.destroyed(r) {
			return r, nil
		}
	}
	return ref{}, nil
}

// destroyed reports whether a later step of the same plan destroyed what a step was done to: not every look can tell what is gone from what was
// taken back, as EC2 has no tags of what is not there.
func (t *attempt) destroyed(of ref) bool {
	target := of.rung().Do.About().Target
	for r := range t.live() {
		if r.revision == of.revision && r.index > of.index && made(r.step.State) && r.rung().Do.About().Kind.Class == action.Destroy && r.rung().Do.About().Target == target {
			return true
		}
	}
	return false
}

// yield lets be what a person took back: no next rung, no second time.
func (sp *sparer) yield(ctx context.Context, t *attempt, r ref) error {
	return sp.end(ctx, t, r, r, "a person took back "+r.String())
}

// end closes the case over a plan of which nothing more is to be done: what waits is dropped, its tags come off, and the step that it
// comes from is given up; the streak begins anew. What else was done stays, with its way back: riposte undo. A brake holds all of that, and
// with it the step that was to be done next.
func (sp *sparer) end(ctx context.Context, t *attempt, from, next ref, why string) error {
	if held, err := sp.gate.braked(ctx, t); err != nil || held {
		next.step.Verdict, next.step.Reason = string(gate.Hold), t.c.Reason
		return err
	}
	if l := t.suspect(from.revision.Suspect); l.Origin.Sweep != "" {
		if err := sp.sweeps.end(ctx, l.StoredSuspect, t.Now()); err != nil {
			return err
		}
	}
	t.c.Spared = why
	t.c.Report.Wanted++
	t.note("let be: %s", why)
	var off []ref
	for r := range t.live() {
		switch {
		case r.revision != from.revision:
		case r.step.State == ledger.Pending:
			r.step.State, r.step.Note = ledger.Dropped, why
		case (r.tags() || r.index == from.index) && len(r.step.Owned) > 0:
			off = append(off, r)
			r.step.State, r.step.Note = ledger.StepReverting, "" // at once: where riposte dies on the way, the next one goes on
		}
	}
	for _, r := range slices.Backward(off) {
		if err := sp.revert.step(ctx, t, r, takenOff+why); err != nil {
			return err
		}
	}
	return nil
}
