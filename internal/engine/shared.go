package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// lookForAll is for a call that changed what several effects stand on: this case's look tells whether the others need one.
// Only where it finds its own effect in place do they not.
func (t *attempt) lookForAll(ctx context.Context, effect string, all []ledger.Sighting) error {
	i := slices.IndexFunc(all, func(s ledger.Sighting) bool { return s.Shared != "" })
	if i < 0 {
		return nil
	}
	if t.stands(ctx, effect) {
		return nil
	}
	return t.spread(ctx, all[i])
}

// stands reports whether a look finds an effect in place, whatever rung its step is at by now. What can't be looked at does
// not count as in place.
func (t *attempt) stands(ctx context.Context, effect string) bool {
	f, err := t.Store.Effect(ctx, effect)
	if err != nil || f == nil {
		return false
	}
	a, err := t.Codec.Decode(f.Action)
	if err != nil {
		return false
	}
	look, err := t.glimpse(ctx, a)
	return err == nil && look.Satisfied
}

// spread tells all whose effects stand on the same. It is done before the sighting is taken: whoever dies meanwhile has told
// some, and the next tells all.
func (t *attempt) spread(ctx context.Context, s ledger.Sighting) error {
	standing, err := t.activeEffects(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range standing.standingOn(s.By.Place.Account, s.Shared) {
		for _, id := range f.Holders {
			if id != t.c.ID || f.Key != s.Effect {
				told := s
				told.Effect, told.Shared = f.Key, ""
				errs = append(errs, t.send(ctx, id, told))
			}
		}
	}
	t.note("%s: %d others were told", s.Call, len(errs))
	return errors.Join(errs...)
}
