package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// key names an effect: what kind of change, on what, and which of those that do not exclude each other. A user who is
// renamed is the same user, and so is the effect.
func key(a action.Action) string {
	target := a.Target()
	if known, ok := a.(action.Identified); ok && known.Identity() != "" {
		target.ID = known.Identity()
	}
	k := a.Kind().Name + " " + target.String()
	if f, ok := a.(action.Faceted); ok {
		k += " " + f.Facet()
	}
	return k
}

// intend commits what is about to be done and the way back from it. The way back is stored once: looking again, after the
// change, would find riposte's own work and nothing to restore.
func (t *turn) intend(ctx context.Context, r ref, look action.Look) error {
	if r.step.State == ledger.Intent {
		return nil // committed before a crash, or before an answer was lost
	}
	before := *r.step
	r.step.State = ledger.Intent
	if look.Undo != nil {
		if err := t.hold(ctx, r, look.Undo); err != nil {
			return err
		}
	}
	t.w.Reserve = t.reservations(r)
	t.note("about to: %s", r)
	err := t.commit(ctx)
	if errors.Is(err, ledger.ErrLimit) {
		*r.step = before
		t.w.Reserve, t.w.Effects = nil, nil
		r.step.Verdict, r.step.Reason = string(gate.Hold), "limit: reached while the plan was being carried out"
		return t.commit(ctx)
	}
	return err
}

// hold writes the case among those that want an effect.
func (t *turn) hold(ctx context.Context, r ref, undo action.Action) error {
	a := r.rung().Do
	f, err := t.effect(ctx, a)
	if err != nil {
		return err
	}
	if !slices.Contains(f.Holders, t.c.ID) {
		f.Holders = append(f.Holders, t.c.ID)
	}
	if err := t.wayBack(f, r, undo); err != nil {
		return err
	}
	if !slices.Contains(r.step.Held, f.Key) {
		r.step.Held = append(r.step.Held, f.Key)
	}
	t.w.Effects = append(t.w.Effects, f)
	return nil
}

// wayBack adds what restores the present, unless this step has stored its way back already or another left the same.
func (t *turn) wayBack(f *ledger.Effect, r ref, undo action.Action) error {
	if undo == nil || slices.Contains(r.step.Held, f.Key) {
		return nil
	}
	stored, err := t.Codec.Encode(undo)
	if err != nil {
		return fmt.Errorf("way back from %s: %w", r, err)
	}
	if !slices.ContainsFunc(f.Undos, func(u action.Stored) bool { return u.Kind == stored.Kind && bytes.Equal(u.Data, stored.Data) }) {
		f.Undos = append(f.Undos, stored)
	}
	return nil
}

func (t *turn) effect(ctx context.Context, a action.Action) (*ledger.Effect, error) {
	k := key(a)
	f, err := t.Store.Effect(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("read effect %q: %w", k, err)
	}
	if f != nil {
		return f, nil
	}
	stored, err := t.Codec.Encode(a)
	return &ledger.Effect{Key: k, Action: stored}, err
}

// already settles a step whose state is there: made by this case before a crash, by another case (which it then holds
// together with that), or by somebody before riposte came, which stays as it is for ever.
func (t *turn) already(ctx context.Context, r ref) error {
	if r.step.State == ledger.Intent {
		t.made(r, ledger.Done)
		t.note("done before: %s", r)
		return nil
	}
	t.made(r, ledger.Already)
	t.note("is so: %s", r)
	if r.rung().Do.Kind().Final != "" {
		return nil
	}
	// Held without a way back where nobody made it: whoever lifts it later is seen, or an attacker would do it himself first.
	if err := t.hold(ctx, r, nil); err != nil {
		return err
	}
	return t.commit(ctx)
}

// forget lets go of an effect that did not come about, or that somebody undid.
func (t *turn) forget(ctx context.Context, r ref) error {
	k := key(r.rung().Do)
	if !slices.Contains(r.step.Held, k) {
		return nil
	}
	f, err := t.Store.Effect(ctx, k)
	if err != nil {
		return fmt.Errorf("read effect %q: %w", k, err)
	}
	r.step.Held = without(r.step.Held, k)
	if f == nil || t.stillHeld(k) {
		return nil
	}
	f.Holders = without(f.Holders, t.c.ID)
	t.w.Effects = append(t.w.Effects, f)
	return t.commit(ctx)
}

// stillHeld reports whether another step of this case wants the effect too.
func (t *turn) stillHeld(k string) bool {
	for r := range t.live() {
		if slices.Contains(r.step.Held, k) {
			return true
		}
	}
	return false
}
