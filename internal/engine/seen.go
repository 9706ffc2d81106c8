package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// seen weighs a sighting: a call that could undo an effect is a reason to look at once, one that an effect should have
// stopped is a reason for the next rung. What was done before the effect was made did not undo it, whenever its record
// comes.
func (t *turn) seen(ctx context.Context, s ledger.Sighting) error {
	for r := range t.live() {
		if !slices.Contains(r.step.Held, s.Effect) || s.Leak && !s.By.Occurred.After(r.step.Made.Add(t.Timing.Propagation)) {
			continue
		}
		if open, err := t.reopen(ctx, r, s); err != nil || !open {
			return err
		}
		t.c.Recheck = t.Now()
		if s.Leak || !s.By.Occurred.Before(r.step.Made.Truncate(time.Second)) { // records have whole seconds
			t.weigh(r.step, s)
		}
	}
	return nil
}

// weigh takes a sighting as evidence. Only a call that names the target is evidence of undoing; and once somebody who may
// not has undone it, nobody else's call makes that good.
func (t *turn) weigh(step *ledger.Step, s ledger.Sighting) {
	who := s.By.Actor
	what := s.Call + " by " + who.ARN
	switch {
	case s.Leak:
		step.Leaked = what
	case s.Named && (step.Undone == "" || step.Trusted):
		step.Undone = what
		step.Trusted = t.Policy.MayUndo(who) && who.Credential() != t.c.Origin.Actor.Credential()
	}
}

// reopen takes a verified case up again when its containment may have been undone later: patience must not beat the
// defence. It is false where there is nothing to take up, or where another open case of the root does so.
func (t *turn) reopen(ctx context.Context, r ref, s ledger.Sighting) (bool, error) {
	if t.c.State != ledger.Verified && (t.c.State != ledger.Failed || t.c.GivenUp != "") {
		return t.c.State.Open(), nil
	}
	if look, err := r.rung().Do.Look(ctx, t.AWS.Reads()); err == nil && look.Holds && !s.Leak && !s.Named {
		return false, nil // somebody's daily work on something else
	}
	open, err := t.Store.Cases(ctx, ledger.Filter{Open: true, Playbook: t.c.Playbook, Account: t.c.Root.Account})
	if err != nil {
		return false, fmt.Errorf("read open cases: %w", err)
	}
	if slices.ContainsFunc(open, func(c *ledger.Case) bool {
		return c.Root == t.c.Root && (c.State == ledger.Acting || c.State == ledger.Contained) // one that only waits answers nothing
	}) {
		return false, nil
	}
	t.c.Times.Verified = time.Time{}
	t.move(ledger.Contained)
	return true, nil
}
