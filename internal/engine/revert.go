package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// reverter takes back what was done.
type reverter struct {
	store   ledger.Effects
	codec   action.Codec
	aws     AWS
	gate    *gatekeeper
	effects *effects
	sweeps  *sweeps
}

// steps takes the case back step by step, the last first, and says of each what became of it, or why it stays as it is.
func (rv *reverter) steps(ctx context.Context, t *attempt) error {
	if t.c.Undo == nil || t.c.State == ledger.Undone {
		return nil
	}
	if held, err := rv.gate.braked(ctx, t); err != nil || held {
		return err
	}
	if err := rv.sweeps.undone(ctx, t); err != nil {
		return err
	}
	t.c.Reason = "exception: taken back by " + by(*t.c.Undo)
	steps := slices.Collect(t.live())
	slices.SortStableFunc(steps, func(a, b ref) int { return asideFirst(b.step) - asideFirst(a.step) }) // tags last: nothing waits for them
	for _, r := range slices.Backward(steps) {
		if err := rv.effects.withdraw(ctx, t, r); err != nil {
			return err
		}
		s := r.step
		switch {
		case len(s.Owned) > 0:
			if err := rv.step(ctx, t, r, "taken back"); err != nil {
				return err
			}
		case s.State == ledger.Pending:
			s.State, s.Note = ledger.Dropped, "the case is taken back"
		case made(s.State) || s.State == ledger.StepReverting:
			s.State, s.Note = ledger.Stays, r.rung().Do.About().Kind.Final
			if s.Note == "" {
				s.Note = "it was so before riposte came"
			}
			t.note("%s: %s", r, s.Note)
		}
	}
	return nil
}

func asideFirst(s *ledger.Step) int {
	if s.Aside {
		return 1
	}
	return 0
}

// rest ends a step whose containment was undone by a caller that may: what is left of it goes back as well.
func (rv *reverter) rest(ctx context.Context, t *attempt, r ref) error {
	if held, err := rv.gate.braked(ctx, t); err != nil || held {
		t.brakedUntil = t.c.Recheck
		return err
	}
	note := "taken back: " + r.step.Undone
	if t.c.Spared != "" {
		note = takenOff + t.c.Spared
	}
	if err := rv.step(ctx, t, r, note); err != nil {
		return err
	}
	for tag := range t.live() { // it says that something was changed here
		if tag.step.Aside && tag.revision == r.revision && made(tag.step.State) && tag.target() == r.target() {
			if err := rv.step(ctx, t, tag, "taken back with what it tags"); err != nil {
				return err
			}
		}
	}
	return nil
}

// step lets go of all that a step holds, the last first. What stays is gathered in its note on the way, so that a
// crash loses none of it.
func (rv *reverter) step(ctx context.Context, t *attempt, r ref, note string) error {
	if r.step.State != ledger.StepReverting {
		r.step.State, r.step.Note = ledger.StepReverting, ""
	}
	for _, k := range slices.Backward(slices.Clone(r.step.Owned)) {
		if err := rv.effect(ctx, t, r, k, note); err != nil {
			return err
		}
	}
	return nil
}

// effect lets go of one effect, and undoes it if no other case wants it.
func (rv *reverter) effect(ctx context.Context, t *attempt, r ref, k, note string) error {
	f, err := rv.store.Effect(ctx, k)
	if err != nil {
		return fmt.Errorf("read effect %q: %w", k, err)
	}
	stays := ""
	switch {
	case f == nil:
		stays = "it was so before riposte came"
	case len(without(f.Owners, t.c.ID)) > 0:
		stays = "still wanted by case " + without(f.Owners, t.c.ID)[0]
	case len(f.Undos) == 0:
		stays = "it was so before riposte came"
	case t.stillOwned(k, r):
		f = nil // taken back with an earlier step of this case
	default:
		if stays, err = rv.parts(ctx, t, r, f); err != nil {
			return err
		}
	}
	r.step.Owned = without(r.step.Owned, k)
	if stays != "" {
		r.step.Note = strings.TrimPrefix(r.step.Note+"; "+stays, "; ")
		t.note("%s: %s", r, stays)
	}
	if len(r.step.Owned) == 0 {
		if r.step.State = ledger.Stays; r.step.Note == "" {
			r.step.State, r.step.Note = ledger.StepUndone, note
			t.note("%s: %s", r, note)
		}
	}
	if f == nil {
		return nil
	}
	f.Owners = without(f.Owners, t.c.ID)
	t.w.Effects = append(t.w.Effects, f)
	return t.commit(ctx)
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}
