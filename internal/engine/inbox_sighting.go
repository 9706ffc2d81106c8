package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sightings weighs what was seen: a call that could undo an effect is a reason to look at once, one that an effect should have
// stopped is a reason for the next rung. However many there are of one effect, they are one look at it: calls are cheap for
// an attacker.
func (ib *inbox) sightings(ctx context.Context, t *attempt, all []ledger.Sighting) error {
	var order []string
	of := map[string][]ledger.Sighting{}
	for _, s := range all {
		if of[s.Effect] == nil {
			order = append(order, s.Effect)
		}
		of[s.Effect] = append(of[s.Effect], s)
	}
	var errs []error
	for _, effect := range order {
		errs = append(errs, ib.sightingsOf(ctx, t, effect, of[effect]))
	}
	return errors.Join(errs...)
}

// sightingsOf takes the sightings of one effect. What was done before the effect was made did not undo it, whenever its record
// comes.
func (ib *inbox) sightingsOf(ctx context.Context, t *attempt, effect string, all []ledger.Sighting) error {
	if err := ib.lookForAll(ctx, t, effect, all); err != nil {
		return err
	}
	for r := range t.live() {
		if !slices.Contains(r.step.Owned, effect) {
			continue
		}
		counted := slices.DeleteFunc(slices.Clone(all), func(s ledger.Sighting) bool {
			return s.Leak && !s.By.Occurred.After(r.step.Made.Add(t.Timing.Propagation))
		})
		if len(counted) == 0 {
			continue
		}
		if open, err := ib.reopen(ctx, t, r, effect, counted); err != nil || !open {
			return err
		}
		ib.lookAgain(t, r, counted)
	}
	return nil
}

// lookAgain has a step looked at in this attempt, with the sightings as evidence: as far as they are of what it did last. Only a
// call that names the target is evidence of undoing; and once a caller who may not has undone it, no other's call makes that
// good.
func (ib *inbox) lookAgain(t *attempt, r ref, seen []ledger.Sighting) {
	step := r.step
	t.c.Recheck, step.Looked = t.Now(), false
	if step.Trouble != nil {
		step.Trouble.Due = t.Now()
	}
	now := key(r.rung().Do)
	for _, s := range seen {
		if !s.Leak && (s.Effect != now || s.By.Occurred.Before(step.Made.Truncate(time.Second))) { // records have whole seconds
			continue
		}
		who := s.By.Actor
		what := s.Call + " by " + who.ARN
		switch {
		case s.Leak:
			step.PassedBy = what
		case s.Named && (step.Undone == "" || step.Trusted):
			may, doubt := ib.policy.MayUndo(who)
			if doubt != "" {
				what += "; " + doubt
				if t.c.Paged == "" {
					t.page(doubt)
				}
			}
			step.Undone = what
			step.Trusted = may && who.Credential() != t.c.Origin.Actor.Credential()
		}
	}
}

// reopen takes a verified case up again when its containment may have been undone later: patience must not beat the
// defence. Where a look finds it in place, the case stays as it is: a call that only names the target costs that look and no
// more than a second one, since IAM may show for some seconds what was so before. It is false where there is nothing to take
// up, or where another open case that wants the effect does so.
func (ib *inbox) reopen(ctx context.Context, t *attempt, r ref, effect string, seen []ledger.Sighting) (bool, error) {
	if !t.atRest() || t.c.Undo != nil {
		return t.c.State.Open(), nil
	}
	leak := slices.ContainsFunc(seen, func(s ledger.Sighting) bool { return s.Leak })
	if look, err := ib.look.once(ctx, t, r.rung().Do); err == nil && look.Satisfied && !leak {
		if t.c.Recheck.IsZero() {
			t.c.Recheck = t.Now().Add(t.Timing.Second)
		}
		return false, ib.effects.renew(ctx, t, r, look)
	}
	if answered, err := ib.answeredElsewhere(ctx, t, effect); err != nil || answered {
		return false, err
	}
	t.takeUp()
	return true, nil
}

// takeUp goes on with a closed case from the first round of verification.
func (t *attempt) takeUp() {
	t.c.Times.Verified = time.Time{}
	t.move(ledger.Contained)
}

// answeredElsewhere reports whether another case of the root is being answered that wants the effect too; one that only
// waits answers nothing, and one that does not want it has nothing to look at.
func (ib *inbox) answeredElsewhere(ctx context.Context, t *attempt, effect string) (bool, error) {
	f, err := ib.store.Effect(ctx, effect)
	if err != nil {
		return false, fmt.Errorf("read effect %q: %w", effect, err)
	}
	if f == nil || len(without(f.Owners, t.c.ID)) == 0 {
		return false, nil
	}
	open, err := ib.store.Cases(ctx, ledger.Filter{Open: true, Root: ledger.RootKey(t.c.Playbook, t.c.Root)})
	if err != nil {
		return false, fmt.Errorf("read the open case of the root: %w", err)
	}
	return slices.ContainsFunc(open, func(c *ledger.Case) bool {
		return c.ID != t.c.ID && slices.Contains(f.Owners, c.ID) && (c.State == ledger.Acting || c.State == ledger.Contained)
	}), nil
}

// lookForAll is for a call that changed what several effects stand on: this case's look, whatever rung its step is at by now,
// tells whether the others need one. Only where it finds its own effect in place do they not; what can't be looked at does not
// count as in place.
func (ib *inbox) lookForAll(ctx context.Context, t *attempt, effect string, all []ledger.Sighting) error {
	i := slices.IndexFunc(all, func(s ledger.Sighting) bool { return s.Shared != "" })
	if i < 0 {
		return nil
	}
	if f, err := ib.store.Effect(ctx, effect); err == nil && f != nil {
		if look, err := ib.look.stored(ctx, t, f.Action); err == nil && look.Satisfied {
			return nil
		}
	}
	return ib.watch.spread(ctx, t, all[i])
}
