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
}

// takeBack undoes the case step by step, the last first, and says of each what became of it.
func (rv *reverter) takeBack(ctx context.Context, t *attempt) error {
	if t.c.Undo == nil || t.c.State == ledger.Undone {
		return nil
	}
	if held, err := rv.gate.braked(ctx, t); err != nil || held {
		return err
	}
	t.c.Reason = "exception: taken back by " + by(*t.c.Undo)
	for _, r := range slices.Backward(slices.Collect(t.live())) {
		if err := rv.takeBackStep(ctx, t, r); err != nil {
			return err
		}
	}
	return nil
}

func (rv *reverter) takeBackStep(ctx context.Context, t *attempt, r ref) error {
	if err := rv.effects.withdraw(ctx, t, r); err != nil {
		return err
	}
	if r.step.State == ledger.Pending && len(r.step.Held) == 0 {
		r.step.State, r.step.Note = ledger.Dropped, "the case is taken back"
	}
	if len(r.step.Held) == 0 {
		rv.leaveAlone(t, r)
		return nil
	}
	return rv.releaseAll(ctx, t, r, "taken back")
}

// leaveAlone says why a step of which nothing is held stays as it is.
func (rv *reverter) leaveAlone(t *attempt, r ref) {
	if r.step.State != ledger.Done && r.step.State != ledger.Already && r.step.State != ledger.StepReverting {
		return
	}
	why := r.rung().Do.Kind().Final
	if why == "" {
		why = "it was so before riposte came"
	}
	rv.settle(t, r, ledger.Stays, why)
}

func (rv *reverter) settle(t *attempt, r ref, s ledger.StepState, note string) {
	r.step.State, r.step.Note = s, note
	t.note("%s: %s", r, note)
}

// returned ends a step whose containment somebody who may has undone: what is left of it goes back as well.
func (rv *reverter) returned(ctx context.Context, t *attempt, r ref) error {
	if held, err := rv.gate.braked(ctx, t); err != nil || held {
		t.held = t.c.Recheck
		return err
	}
	return rv.releaseAll(ctx, t, r, "taken back: "+r.step.Undone)
}

// releaseAll lets go of all that a step holds, the last first. What stays is gathered in its note on the way, so that a
// crash loses none of it.
func (rv *reverter) releaseAll(ctx context.Context, t *attempt, r ref, note string) error {
	if r.step.State != ledger.StepReverting {
		r.step.State, r.step.Note = ledger.StepReverting, ""
	}
	for _, k := range slices.Backward(slices.Clone(r.step.Held)) {
		if err := rv.release(ctx, t, r, k, note); err != nil {
			return err
		}
	}
	return nil
}

// release lets go of one effect, and undoes it if nobody else wants it.
func (rv *reverter) release(ctx context.Context, t *attempt, r ref, k, note string) error {
	f, err := rv.store.Effect(ctx, k)
	if err != nil {
		return fmt.Errorf("read effect %q: %w", k, err)
	}
	stays := ""
	switch {
	case f == nil:
		stays = "it was so before riposte came"
	case len(without(f.Holders, t.c.ID)) > 0:
		stays = "still wanted by case " + without(f.Holders, t.c.ID)[0]
	case len(f.Undos) == 0:
		stays = "it was so before riposte came"
	case t.stillHeldBesides(k, r):
		f = nil // taken back with an earlier step of this case
	default:
		if stays, err = rv.reverse(ctx, t, r, f); err != nil {
			return err
		}
	}
	r.step.Held = without(r.step.Held, k)
	if stays != "" {
		r.step.Note = strings.TrimPrefix(r.step.Note+"; "+stays, "; ")
		t.note("%s: %s", r, stays)
	}
	if len(r.step.Held) == 0 {
		rv.released(t, r, note)
	}
	if f == nil {
		return nil
	}
	f.Holders = without(f.Holders, t.c.ID)
	t.w.Effects = append(t.w.Effects, f)
	return t.commit(ctx)
}

// released settles a step that holds nothing any more.
func (rv *reverter) released(t *attempt, r ref, note string) {
	if r.step.Note != "" {
		r.step.State = ledger.Stays
		return
	}
	rv.settle(t, r, ledger.StepUndone, note)
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

// stillHeldBesides reports whether a step that was not taken back yet holds the effect too.
func (t *attempt) stillHeldBesides(k string, not ref) bool {
	for r := range t.live() {
		if r.step != not.step && slices.Contains(r.step.Held, k) {
			return true
		}
	}
	return false
}
