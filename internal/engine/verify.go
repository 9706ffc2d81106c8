package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// verify looks whether what was done is still so: in rounds after the last change, and at once where something was seen
// that could have undone it. It is true where somebody did undo it, and the step is ready for its next rung.
func (t *turn) verify(ctx context.Context) (undone bool, err error) {
	at := t.nextRound()
	if at.IsZero() || at.After(t.Now()) {
		return false, nil
	}
	t.c.Recheck = time.Time{}
	var errs trouble
	for r := range t.live() {
		if r.step.State != ledger.Done && r.step.State != ledger.Already {
			continue
		}
		raised, err := t.look(ctx, r)
		if errs.ends(err) {
			break
		}
		undone = undone || raised
	}
	if !undone && t.c.Recheck.IsZero() && errs.err() == nil {
		t.pass()
	}
	return undone, errs.err()
}

// look verifies one step. IAM and EC2 are eventually consistent: one look that does not find the effect is only a reason to
// look again; evidence of undoing, or a second such look, takes the next rung.
func (t *turn) look(ctx context.Context, r ref) (raised bool, err error) {
	look, err := r.rung().Do.Look(ctx, t.AWS.Reads())
	s := r.step
	switch {
	case err != nil:
		return false, fmt.Errorf("verify %s: %w", r, err)
	case look.Gone != "":
		return false, nil
	case look.Holds && s.Leaked == "":
		s.Missed, s.Undone, s.Trusted = 0, "", false
		return false, nil
	case look.Holds:
		t.raise(r, "it did not stop "+s.Leaked, true)
		return true, nil
	case s.Trusted: // as far as the record of his call was faster than the look that missed the effect
		return false, t.returned(ctx, r)
	case s.Undone != "":
		t.raise(r, s.Undone, false)
		return true, nil
	}
	if s.Missed++; s.Missed < 2 {
		t.c.Recheck = t.Now().Add(t.Timing.Recheck)
		t.note("%s: not found, looking again", r)
		return false, nil
	}
	t.raise(r, "two looks did not find it", false)
	return true, nil
}

// raise takes the next rung, or the last one again where there is none: however often somebody undoes it, the defence
// stays on. What was done stays the case's to take back, as far as it is still there.
func (t *turn) raise(r ref, why string, keep bool) {
	t.note("undone: %s: %s", r, why)
	t.Log.Warn("containment undone", "case", t.c.ID, "step", r.String(), "why", why)
	t.c.Paged = "containment was undone: " + why
	t.c.Times.Contained = time.Time{}
	t.c.Report.Wanted++
	r.step.Missed, r.step.Undone, r.step.Leaked = 0, "", ""
	if r.step.Rung < len(r.plan.Ladder)-1 {
		r.step.Rung++
		r.step.State = ledger.Pending
	} else if !keep {
		r.step.State = ledger.Pending
	}
}

// pass counts the rounds whose time has come, however late.
func (t *turn) pass() {
	for t.c.Rounds < len(t.Timing.Rounds) && !t.changed().Add(t.Timing.Rounds[t.c.Rounds]).After(t.Now()) {
		t.c.Rounds++
		t.note("verified: round %d of %d", t.c.Rounds, len(t.Timing.Rounds))
	}
}

// nextRound is when to look next: when something was seen or missed, else in the next round; zero where there is nothing to
// verify.
func (t *turn) nextRound() time.Time {
	changed := t.changed()
	if changed.IsZero() || t.c.Rounds >= len(t.Timing.Rounds) {
		return time.Time{}
	}
	if !t.c.Recheck.IsZero() {
		return t.c.Recheck
	}
	return changed.Add(t.Timing.Rounds[t.c.Rounds])
}

// changed is when the last change was made that is to last.
func (t *turn) changed() (last time.Time) {
	for r := range t.live() {
		if r.step.State == ledger.Done || r.step.State == ledger.Already {
			last = later(last, r.step.Made)
		}
	}
	return last
}
