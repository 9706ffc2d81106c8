package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// takeBack undoes the case step by step, the last first, and says of each what became of it.
func (t *turn) takeBack(ctx context.Context) error {
	if t.c.Undo == nil || t.c.State == ledger.Undone {
		return nil
	}
	if held, err := t.braked(ctx); err != nil || held {
		return err
	}
	t.c.Reason = "exception: taken back by " + by(*t.c.Undo)
	for _, r := range slices.Backward(slices.Collect(t.live())) {
		if err := t.takeBackStep(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// braked: a brake stops every change, this one too.
func (t *turn) braked(ctx context.Context) (bool, error) {
	for r := range t.live() {
		facts, err := t.facts(ctx, r)
		if err != nil {
			return false, err
		}
		if v := gate.Judge(t.Policy, facts); v.Rule == "brake" {
			t.c.Reason = v.Reason()
			t.c.Recheck = t.Now().Add(t.Timing.Held)
			return true, nil
		}
	}
	return false, nil
}

func (t *turn) takeBackStep(ctx context.Context, r ref) error {
	if err := t.withdraw(ctx, r); err != nil {
		return err
	}
	if r.step.State == ledger.Pending {
		r.step.State, r.step.Note = ledger.Dropped, "the case is taken back"
	}
	if len(r.step.Held) == 0 {
		t.leave(r)
		return nil
	}
	for _, k := range slices.Backward(slices.Clone(r.step.Held)) {
		if err := t.release(ctx, r, k); err != nil {
			return err
		}
	}
	return nil
}

// leave says why a step of which nothing is held stays as it is.
func (t *turn) leave(r ref) {
	if r.step.State != ledger.Done && r.step.State != ledger.Already && r.step.State != ledger.Turning {
		return
	}
	why := r.rung().Do.Kind().Final
	if why == "" {
		why = "it was so before riposte came"
	}
	t.settle(r, ledger.Stays, why)
}

func (t *turn) settle(r ref, s ledger.StepState, note string) {
	r.step.State, r.step.Note = s, note
	t.note("%s: %s", r, note)
}

// release lets go of one effect, and undoes it if nobody else wants it.
func (t *turn) release(ctx context.Context, r ref, k string) error {
	f, err := t.Store.Effect(ctx, k)
	if err != nil {
		return fmt.Errorf("read effect %q: %w", k, err)
	}
	if f == nil {
		t.settle(r, ledger.Stays, "it was so before riposte came")
		return nil
	}
	others := without(f.Holders, t.c.ID)
	switch {
	case len(others) > 0:
		t.settle(r, ledger.Stays, "still wanted by case "+others[0])
	case len(f.Undos) == 0:
		t.settle(r, ledger.Stays, "it was so before riposte came")
	case t.stillHeldBesides(k, r):
		t.settle(r, ledger.Back, "taken back with an earlier step of this case")
		r.step.Held = without(r.step.Held, k)
		return nil
	default:
		if err := t.reverse(ctx, r, f); err != nil {
			return err
		}
	}
	f.Holders = others
	r.step.Held = without(r.step.Held, k)
	t.w.Effects = append(t.w.Effects, f)
	return t.commit(ctx)
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

// stillHeldBesides reports whether a step that was not taken back yet holds the effect too.
func (t *turn) stillHeldBesides(k string, not ref) bool {
	for r := range t.live() {
		if r.step != not.step && slices.Contains(r.step.Held, k) {
			return true
		}
	}
	return false
}

// reverse undoes an effect by the ways back that were stored with it. What somebody else has changed since is left alone.
func (t *turn) reverse(ctx context.Context, r ref, f *ledger.Effect) error {
	a, err := t.Codec.Decode(f.Action)
	if err != nil {
		return err
	}
	look, err := a.Look(ctx, t.AWS.Reads())
	switch {
	case err != nil:
		return fmt.Errorf("look at %s before taking it back: %w", r, err)
	case look.Gone != "":
		t.settle(r, ledger.Stays, "gone: "+look.Gone)
		return nil
	case !look.Holds && r.step.State == ledger.Turning:
		t.settle(r, ledger.Back, "taken back")
		return nil
	case !look.Holds:
		t.settle(r, ledger.Stays, "refused: changed since by somebody else")
		return nil
	}
	r.step.State = ledger.Turning
	t.note("about to take back: %s", r)
	if err := t.commit(ctx); err != nil {
		return err
	}
	return t.doUndos(ctx, r, f)
}

func (t *turn) doUndos(ctx context.Context, r ref, f *ledger.Effect) error {
	for _, stored := range slices.Backward(f.Undos) {
		undo, err := t.Codec.Decode(stored)
		if err != nil {
			return err
		}
		if undo, err = t.present(ctx, undo); err != nil {
			return fmt.Errorf("take back %s: %w", r, err)
		}
		traced, trace := access.WithTrace(ctx)
		limited, cancel := context.WithTimeout(traced, t.Timing.Call)
		err = undo.Do(limited, t.AWS.Writes(undo, nil, t.c.ID))
		cancel()
		t.Meter.Acted(undo.Kind().Name, err)
		t.w.Requests = append(t.w.Requests, trace.Requests()...)
		r.step.Requests = append(r.step.Requests, trace.Requests()...)
		if errors.Is(err, action.ErrCannot) {
			t.settle(r, ledger.Stays, "could not be taken back: "+err.Error())
			return nil
		}
		if err != nil {
			return fmt.Errorf("take back %s: %w", r, err)
		}
		t.Log.Info("taken back", "case", t.c.ID, "action", undo.Kind().Name, "target", undo.Target().String(), "requests", trace.Requests())
	}
	t.settle(r, ledger.Back, "taken back")
	return nil
}
