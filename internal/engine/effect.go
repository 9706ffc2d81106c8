package engine

import (
	"bytes"
	"cmp"
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
	about := a.About()
	target := about.Target
	target.ID = cmp.Or(about.Identity, target.ID)
	k := about.Kind.Name + " " + target.String()
	if about.Facet != "" {
		k += " " + about.Facet
	}
	return k
}

// effects keeps what the steps of cases have done and hold, with the way back from it.
type effects struct {
	store ledger.Effects
	codec action.Codec
	gate  *gatekeeper
	look  *looker
}

// intend commits what is about to be done and the way back from it. Of each part the way back is stored once, before the
// first change: looking again later would find riposte's own work, or an attacker's, and not what was so before.
func (ef *effects) intend(ctx context.Context, t *attempt, r ref, look action.Look) error {
	if r.step.State == ledger.Intent {
		return nil // committed before a crash, or before an answer was lost
	}
	before := *r.step
	r.step.State = ledger.Intent
	if look.Inverse != nil {
		if err := ef.own(ctx, t, r, look.Inverse); err != nil {
			return err
		}
	}
	t.w.Reserve = ef.gate.reservations(t, r)
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

// own writes the case among the owners of an effect, until it is taken back: a call that undoes it in between does not
// take the way back with it. The way back restores the present, of those parts of which it is not known yet what was so
// before riposte came.
func (ef *effects) own(ctx context.Context, t *attempt, r ref, undo action.Action) error {
	a := r.rung().Do
	f, err := ef.read(ctx, a)
	if err != nil {
		return err
	}
	if !slices.Contains(f.Owners, t.c.ID) {
		f.Owners = append(f.Owners, t.c.ID)
	}
	known := f.Parts
	if fresh := action.Beyond(a, known); fresh != nil {
		f.Parts = append(slices.Clip(known), action.Parts(fresh)...)
	}
	back := undo
	if back != nil {
		back = action.Beyond(back, known)
	}
	if back != nil {
		stored, err := ef.codec.Encode(back)
		if err != nil {
			return fmt.Errorf("way back from %s: %w", a.About().Kind.Name, err)
		}
		f.Undos = append(f.Undos, stored)
	}
	if !slices.Contains(r.step.Owned, f.Key) {
		r.step.Owned = append(r.step.Owned, f.Key)
		if undo != nil && f.Version == 0 {
			r.step.NewlyOwned = f.Key
		}
	}
	t.w.Effects = append(t.w.Effects, f)
	return nil
}

// read returns the effect that an action makes, as this action wants it.
func (ef *effects) read(ctx context.Context, a action.Action) (*ledger.Effect, error) {
	k := key(a)
	f, err := ef.store.Effect(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("read effect %q: %w", k, err)
	}
	stored, err := ef.codec.Encode(a)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return &ledger.Effect{Key: k, Action: stored}, nil
	}
	if len(f.Parts) == 0 { // written by a riposte that kept none
		was, err := ef.codec.Decode(f.Action)
		if err != nil {
			return nil, err
		}
		f.Parts = action.Parts(was)
	}
	f.Action = stored
	return f, nil
}

// already settles a step whose state is there: made by this case before a crash, by another case (which it then holds
// together with that), or by other means before riposte came, which stays as it is for ever.
func (ef *effects) already(ctx context.Context, t *attempt, r ref) error {
	if r.step.State == ledger.Intent {
		t.made(r, ledger.Done)
		t.note("done before: %s", r)
		return nil
	}
	t.made(r, ledger.Already)
	t.note("is so: %s", r)
	if r.rung().Do.About().Kind.Final != "" {
		return nil
	}
	// Held without a way back where no case made it: a call that lifts it later is seen, or an attacker would do it first.
	if err := ef.own(ctx, t, r, nil); err != nil {
		return err
	}
	return t.commit(ctx)
}

// forget lets go of an effect that did not come about, as the look shows. One that this step has held for longer, or of which
// the present shows parts, was made once, and stays until it is taken back.
func (ef *effects) forget(ctx context.Context, t *attempt, r ref, look action.Look) error {
	k := key(r.rung().Do)
	if look.Inverse != nil && len(action.Parts(look.Inverse)) < len(action.Parts(r.rung().Do)) {
		r.step.NewlyOwned = ""
	}
	if r.step.NewlyOwned != k {
		return nil
	}
	r.step.NewlyOwned = ""
	f, err := ef.store.Effect(ctx, k)
	if err != nil {
		return fmt.Errorf("read effect %q: %w", k, err)
	}
	r.step.Owned = without(r.step.Owned, k)
	if f == nil || t.stillOwned(k, r) {
		return nil
	}
	if f.Owners = without(f.Owners, t.c.ID); !f.Stands() {
		f.Undos = nil // there is nothing that they would take back
	}
	t.w.Effects = append(t.w.Effects, f)
	return t.commit(ctx)
}

// withdraw takes an intent back that may not be carried out any more; if it was carried out, it counts as done.
func (ef *effects) withdraw(ctx context.Context, t *attempt, r ref) error {
	if r.step.State != ledger.Intent {
		return nil
	}
	look, err := ef.look.now(ctx, t, r.rung().Do)
	if err != nil {
		return fmt.Errorf("look at %s: %w", r, err)
	}
	if look.Satisfied {
		return ef.already(ctx, t, r)
	}
	r.step.State = ledger.Pending
	return ef.forget(ctx, t, r, look)
}

// renew has an effect watched by the name that its target has now, where a look found it under another: the calls that
// name it so are told to its cases again.
func (ef *effects) renew(ctx context.Context, t *attempt, r ref, look action.Look) error {
	if look.Renamed == nil {
		return nil
	}
	k := key(r.rung().Do)
	f, err := ef.store.Effect(ctx, k)
	if err != nil || f == nil {
		return err
	}
	now, err := ef.codec.Encode(look.Renamed)
	if err != nil || bytes.Equal(now.Data, f.Action.Data) {
		return err
	}
	f.Action = now
	t.note("%s: renamed since, and watched as %s", r, look.Renamed.About().Target)
	t.w.Effects = append(t.w.Effects, f)
	if !t.c.State.Open() {
		return nil // nothing else is changed in this attempt
	}
	return t.commit(ctx)
}

// stillOwned reports whether another step of this case, which was not taken back yet, holds the effect too.
func (t *attempt) stillOwned(k string, besides ref) bool {
	for r := range t.live() {
		if r.step != besides.step && slices.Contains(r.step.Owned, k) {
			return true
		}
	}
	return false
}
