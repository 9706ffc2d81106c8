package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// verifier looks whether what was done is still so.
type verifier struct {
	look    *looker
	effects *effects
	revert  *reverter
	watch   *watch
	spare   *sparer
}

// steps looks whether what was done is still so: in rounds after the last change, and at once where something was seen
// that could have undone it. It is true where a call did undo it, and the step is ready for its next rung. A look that
// fails is made again for itself, and holds up no round of the others; a round that this attempt can't end goes on in the next.
func (vf *verifier) steps(ctx context.Context, t *attempt) (undone bool, err error) {
	at := t.nextRound()
	due := !at.IsZero() && !at.After(t.Now())
	if due {
		t.c.Recheck = time.Time{}
	}
	for _, r := range vf.due(t, due) {
		cut := t.late()
		if !cut {
			var raised bool
			raised, err = vf.step(ctx, t, r)
			err = t.retryLater(ctx, &r.step.Trouble, err)
			undone = undone || raised && err == nil
		}
		if cut || err != nil {
			if due {
				t.c.Recheck = at
			}
			return undone, err
		}
		r.step.Looked = due
		if t.c.Spared != "" {
			return false, nil
		}
	}
	if !due {
		return undone, nil
	}
	for r := range t.live() {
		r.step.Looked = false
	}
	if undone || !t.c.Recheck.IsZero() {
		return undone, nil
	}
	for t.c.Rounds < len(t.Timing.Rounds) && !t.changed().Add(t.Timing.Rounds[t.c.Rounds]).After(t.Now()) { // however late
		t.c.Rounds++
		t.note("verified: round %d of %d", t.c.Rounds, len(t.Timing.Rounds))
	}
	return undone, nil
}

// due are the steps to look at now, those that something was seen of first.
func (vf *verifier) due(t *attempt, due bool) (steps []ref) {
	for r := range t.live() {
		x := r.step.Trouble
		if made(r.step.State) && !r.marks() && !t.backsOff(x) && (x != nil || due && !r.step.Looked) {
			steps = append(steps, r)
		}
	}
	suspicion := func(s *ledger.Step) int {
		if s.Undone != "" || s.PassedBy != "" || s.MissedLooks > 0 {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(steps, func(a, b ref) int { return suspicion(b.step) - suspicion(a.step) })
	return steps
}

// step verifies one step. IAM and EC2 are eventually consistent: one look that does not find the effect is only a reason to
// look again; evidence of undoing, or a second such look, takes the next rung.
func (vf *verifier) step(ctx context.Context, t *attempt, r ref) (raised bool, err error) {
	look, err := vf.look.once(ctx, t, r.rung().Do)
	s := r.step
	switch {
	case err != nil:
		return false, fmt.Errorf("verify %s: %w", r, err)
	case look.Missing != "", look.Under != "", !look.Satisfied && t.destroyed(r):
		return false, nil
	case look.Satisfied && s.PassedBy == "":
		s.MissedLooks, s.Undone, s.Trusted = 0, "", false
		return false, vf.effects.renew(ctx, t, r, look)
	case look.Satisfied:
		vf.escalate(t, r, "it did not stop "+s.PassedBy, true)
		return true, nil
	case s.Trusted: // as far as the record of the call was faster than the look that missed the effect
		return false, vf.revert.rest(ctx, t, r)
	case s.Undone != "":
		vf.escalate(t, r, s.Undone, false)
		return true, nil
	}
	if s.MissedLooks++; s.MissedLooks < 2 {
		t.c.Recheck = t.Now().Add(t.Timing.Recheck)
		t.note("%s: not found, looking again", r)
		return false, nil
	}
	if r.yields() {
		return false, vf.spare.yield(ctx, t, r)
	}
	vf.escalate(t, r, "two looks did not find it", false)
	return true, nil
}

// escalate takes the next rung, or the last one again where there is none: however often it is undone, the defence
// stays on. What was done stays the case's to take back, as far as it is still there.
func (vf *verifier) escalate(t *attempt, r ref, why string, keep bool) {
	t.note("undone: %s: %s", r, why)
	t.Log.Warn("containment undone", "case", t.c.ID, "step", r.String(), "why", why)
	t.c.Paged = "containment was undone: " + why
	t.c.Times.Contained = time.Time{}
	t.c.Report.Wanted++
	r.step.MissedLooks, r.step.Undone, r.step.PassedBy = 0, "", ""
	if r.step.Rung < len(r.plan.Ladder)-1 {
		r.step.Rung++
		r.step.State = ledger.Pending
	} else if !keep {
		r.step.State = ledger.Pending
	}
}

// nextRound is when to look next: when something was seen or missed, else in the next round; zero where there is nothing to
// verify.
func (t *attempt) nextRound() time.Time {
	changed := t.changed()
	switch {
	case changed.IsZero():
		return time.Time{}
	case !t.c.Recheck.IsZero():
		return t.c.Recheck
	case t.c.Rounds >= len(t.Timing.Rounds):
		return time.Time{}
	}
	return changed.Add(t.Timing.Rounds[t.c.Rounds])
}

// changed is when the last change was made that is to last.
func (t *attempt) changed() (last time.Time) {
	for r := range t.live() {
		if made(r.step.State) && !r.marks() {
			last = later(last, r.step.Made)
		}
	}
	return last
}
