package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// executor carries out the steps of a case's plans.
type executor struct {
	aws     AWS
	plan    *planner
	gate    *gatekeeper
	look    *looker
	effects *effects
	revert  *reverter
	spare   *sparer
}

// steps goes through the steps that wait: it judges each right before it looks, commits and does it. What must wait for
// another step is judged all the same, so that the case shows what holds it. The newest plans go first: whatever an attacker
// has made riposte plan before, the last thing done is what harms now.
func (ex *executor) steps(ctx context.Context, t *attempt) error {
	steps := slices.Collect(t.live())
	slices.SortStableFunc(steps, func(a, b ref) int { return b.revision.Number - a.revision.Number })
	stopped := map[int]bool{} // by revision: a step that must succeed has not
	for _, r := range steps {
		if r.step.Aside {
			t.follows(r) // its own stage, behind all else
			continue
		}
		if r.step.State == ledger.StepReverting && !t.backsOff(r.step.Trouble) {
			if err := t.retryLater(ctx, &r.step.Trouble, ex.revert.rest(ctx, t, r)); err != nil {
				return err
			}
		}
		if !waits(r.step.State) {
			stopped[r.revision.Number] = stopped[r.revision.Number] || r.plan.Must && r.step.State == ledger.StepFailed
			continue
		}
		if !t.backsOff(r.step.Trouble) && !t.backsOff(r.step.Under) {
			again, err := ex.step(ctx, t, r, stopped[r.revision.Number])
			if again {
				return ex.steps(ctx, t) // the plans have changed under us: begin again with the new one
			}
			if err = t.retryLater(ctx, &r.step.Trouble, err); err != nil {
				return err
			}
			r.unknown()
		}
		settled := r.step.State == ledger.Done || r.step.State == ledger.Already || r.step.State == ledger.Skipped
		stopped[r.revision.Number] = stopped[r.revision.Number] || r.plan.Must && !settled
	}
	return nil
}

// step climbs the ladder of one step, unless what it would destroy is spared by now, or judges it where it must wait. It is
// true where the plans have changed.
func (ex *executor) step(ctx context.Context, t *attempt, r ref, stopped bool) (again bool, err error) {
	if stopped || !t.due(r) {
		return false, ex.wait(ctx, t, r)
	}
	if stands, waiting := r.led(); r.plan.After > 0 && r.step.State == ledger.Pending && !stands {
		if waiting { // for a person: its clock begins when they have decided
			r.step.NotBefore = t.Now().Add(r.plan.After)
			return false, ex.wait(ctx, t, r)
		}
		r.step.State, r.step.Note = ledger.Dropped, "nothing of what it was to follow stands"
		t.note("%s: %s", r, r.step.Note)
		return false, nil
	}
	if err := ex.ripened(ctx, t, r); err != nil {
		if errors.Is(err, errFollowed) {
			return true, nil
		}
		return false, err
	}
	drift, err := ex.plan.drifted(ctx, t, r.revision.Number)
	if drift || err != nil {
		return drift && err == nil, err
	}
	spared, err := ex.spare.spared(ctx, t, r)
	if err == nil && !spared {
		err = ex.climb(ctx, t, r)
	}
	if errors.Is(err, errFollowed) || errors.Is(err, errTightened) {
		return true, nil
	}
	return false, err
}

// ripened has a step that waited for its time be due, so that it may ask from now on. What it asks is said of its target as it is now, and
// not as it was when the plan was made, a month ago perhaps.
func (ex *executor) ripened(ctx context.Context, t *attempt, r ref) error {
	if r.step.NotBefore.IsZero() {
		return nil
	}
	if r.rung().Ask == "" || r.step.State != ledger.Pending {
		r.step.NotBefore = time.Time{}
		return nil
	}
	look, err := ex.look.now(ctx, t, r.rung().Do)
	if err != nil {
		return fmt.Errorf("look at %s: %w", r, err)
	}
	r.step.NotBefore = time.Time{}
	if look.Renamed != nil {
		return ex.follow(ctx, t, r, look)
	}
	return nil
}

// waits reports whether a step is still to be carried out.
func waits(s ledger.StepState) bool { return s == ledger.Pending || s == ledger.Intent }

// wait judges a step that must wait for its time or for another, so that the case shows what holds it. One that was begun is
// looked at, and not left in the middle for as long as the other waits; where the other could not be done at all, it is
// dropped.
func (ex *executor) wait(ctx context.Context, t *attempt, r ref) error {
	if err := ex.effects.withdraw(ctx, t, r); err != nil || !waits(r.step.State) {
		return err
	}
	for i, s := range t.plans[r.revision.Plan.Digest].Steps[:r.index] {
		if s.Must && r.revision.Steps[i].State == ledger.StepFailed {
			r.step.State, r.step.Note = ledger.Dropped, "a step before it, which must succeed, could not be done"
			return nil
		}
	}
	_, err := ex.gate.judge(ctx, t, r)
	return err
}

// climb takes one step, rung by rung, until one holds. A rung above the first is judged for itself.
func (ex *executor) climb(ctx context.Context, t *attempt, r ref) error {
	for waits(r.step.State) && !t.backsOff(r.step.Under) {
		v, err := ex.gate.judge(ctx, t, r)
		if err != nil {
			return err
		}
		if v.Do != gate.Act {
			return ex.effects.withdraw(ctx, t, r)
		}
		if err = ex.try(ctx, t, r); errors.Is(err, action.ErrCannot) {
			err = ex.refused(ctx, t, r, err)
		}
		if err != nil {
			return err // done or not done: the next attempt looks first
		}
	}
	return nil
}

// try looks, commits the intent, and does it.
func (ex *executor) try(ctx context.Context, t *attempt, r ref) error {
	a := r.rung().Do
	look, err := ex.look.now(ctx, t, a)
	switch {
	case err != nil:
		return fmt.Errorf("look at %s: %w", r, err)
	case look.Missing != "":
		r.step.State, r.step.Note = ledger.Skipped, look.Missing
		t.note("%s: nothing to change, %s", r, look.Missing)
		return nil
	case look.Satisfied:
		r.step.Under = nil
		return ex.effects.already(ctx, t, r)
	case look.Under != "":
		return t.under(r, look)
	case look.Renamed != nil:
		return ex.follow(ctx, t, r, look)
	case look.Refused != "" && r.step.State == ledger.Intent: // it may have been made before it became useless: there is something to take back
		return fmt.Errorf("%s: %s: %w, %w", r, look.Refused, action.ErrCannot, action.ErrPartly)
	case look.Refused != "":
		return fmt.Errorf("%s: %s: %w", r, look.Refused, action.ErrCannot)
	}
	r.step.Under = nil
	if spared, err := ex.spare.resumed(ctx, t, r, look); err != nil || spared {
		return err
	}
	if err := ex.effects.intend(ctx, t, r, look); err != nil || r.step.State != ledger.Intent {
		return err
	}
	return ex.do(ctx, t, r)
}

// do makes the change. Its outcome is committed with the next intent or the end of the attempt: one write for both.
func (ex *executor) do(ctx context.Context, t *attempt, r ref) error {
	if t.until.Sub(t.Now()) < t.Timing.Call {
		return errTimeOver
	}
	clear(t.looks)
	clear(t.known)
	clear(t.code)
	a := r.rung().Do
	if t.c.Times.FirstChange.IsZero() {
		t.c.Times.FirstChange = t.Now()
	}
	ctx, trace := access.WithTrace(ctx)
	ctx, cancel := context.WithTimeout(ctx, t.Timing.Call)
	defer cancel()
	var rungs []action.Action // of the revision, done or not: what stays the same from step to step can share a session
	for s := range t.live() {
		if s.revision == r.revision && s.step.Aside == r.step.Aside {
			rungs = append(rungs, s.rung().Do)
		}
	}
	err := a.Do(ctx, ex.aws.Writes(a, rungs, t.c.ID))
	t.Meter.Acted(a.About().Kind.Name, err)
	r.requested(trace.Requests())
	t.w.Requests = append(t.w.Requests, trace.Requests()...)
	if err != nil {
		return fmt.Errorf("%s: %w", r, err)
	}
	if t.swept(r) { // what a sweep plans may take hours, and the next step waits for its end
		if look, err := ex.look.now(ctx, t, a); err != nil || look.Under != "" {
			return errors.Join(err, t.under(r, look))
		}
	}
	t.made(r, ledger.Done)
	t.note("done: %s", r)
	t.Log.Info("action done", "case", t.c.ID, "action", a.About().Kind.Name, "target", a.About().Target.String(), "requests", trace.Requests())
	return nil
}

// tries is how often a ladder is climbed before it is given up: an attacker who can break riposte's rights for some seconds must not
// end the answer with that.
const tries = 5

// refused takes the next rung, or begins again from the first after a while. People are told at once.
func (ex *executor) refused(ctx context.Context, t *attempt, r ref, why error) error {
	t.note("can't: %v", why)
	r.step.Error = why.Error()
	if errors.Is(why, action.ErrPartly) {
		r.step.NewlyOwned = ""
	}
	if err := ex.effects.forget(ctx, t, r, action.Look{}); err != nil {
		return err
	}
	r.step.State = ledger.Pending
	if r.step.Rung++; r.step.Rung < len(r.plan.Ladder) {
		return nil
	}
	if r.marks() {
		r.step.State, r.step.Rung = ledger.StepFailed, 0
		return nil // a note: nothing depends on a tag
	}
	t.c.Paged = "could not be done: " + why.Error()
	if r.step.Tries++; r.step.Tries < tries {
		r.step.Rung = 0
		return fmt.Errorf("every rung was refused, the last: %w", why)
	}
	r.step.State, r.step.Rung = ledger.StepFailed, len(r.plan.Ladder)-1
	return nil
}
