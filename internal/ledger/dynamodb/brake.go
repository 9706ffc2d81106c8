package dynamodb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Halt puts a brake on; one of the same scope is replaced.
func (s *Store) Halt(ctx context.Context, b ledger.Brake) error {
	body, err := json.Marshal(b)
	if err != nil {
		return s.explain(err)
	}
	return s.explain(retryConflict(ctx, func(ctx context.Context) error {
		t := &tx{}
		t.put(brakeKey(b.Scope), item{"scope": text(b.Scope), "body": blob(body)}, always())
		return s.appendTo(ctx, t, ledger.BrakesChain, ledger.Link{
			At: b.At, Notes: []string{"halted: " + b.Scope + ", by " + b.By},
			Wrote: []ledger.Wrote{{What: ledger.WroteBrake, Key: b.Scope, Sum: ledger.Sum(body)}},
		})
	}))
}

// Release takes a brake off; false where there was none of that scope. What may have waited for it is due at once, after
// that: before, it would be judged with the brake still on.
func (s *Store) Release(ctx context.Context, now time.Time, scope, by string) (was bool, err error) {
	note := "released: " + scope + ", by " + by
	err = retryConflict(ctx, func(ctx context.Context) error {
		on, err := s.get(ctx, brakeKey(scope))
		if was = on != nil && err == nil; !was {
			return err
		}
		t := &tx{}
		t.delete(brakeKey(scope), condition{holds: "attribute_exists(pk)", otherwise: errAgain})
		return s.appendTo(ctx, t, ledger.BrakesChain, ledger.Link{
			At: now, Notes: []string{note}, Wrote: []ledger.Wrote{{What: ledger.WroteBrake, Key: scope}},
		})
	})
	if err == nil && was {
		err = s.wakeHeld(ctx, now, note)
	}
	return was && err == nil, s.explain(err)
}

// Note writes what concerns every case.
func (s *Store) Note(ctx context.Context, at time.Time, notes []string) error {
	return s.explain(retryConflict(ctx, func(ctx context.Context) error {
		return s.appendTo(ctx, &tx{}, ledger.BrakesChain, ledger.Link{At: at, Notes: notes})
	}))
}

// appendTo adds a link to a chain that belongs to no case, with what stands beside it.
func (s *Store) appendTo(ctx context.Context, t *tx, chain string, l ledger.Link) error {
	r, err := s.chain(ctx, chain)
	if err != nil {
		return err
	}
	if err := t.append(r, l); err != nil {
		return err
	}
	t.save(r, nil)
	return s.run(ctx, t)
}

// wakeHeld makes what a brake may have stopped due now. Due times are part of the record, so each case notes it.
func (s *Store) wakeHeld(ctx context.Context, now time.Time, note string) error {
	ids, err := s.waits(ctx)
	if err != nil {
		return err
	}
	errs := make([]error, len(ids))
	each(len(ids), func(n int) {
		errs[n] = retryConflict(ctx, func(ctx context.Context) error {
			r, err := s.caseHead(ctx, ids[n])
			if err != nil || !(r.state == ledger.Held || r.state == ledger.Undoing) || !r.due.After(now) || r.schema > ledger.Schema {
				return err
			}
			return s.wake(ctx, &tx{}, r, now, ledger.Link{At: now, State: r.state, Notes: []string{note}})
		})
	})
	return errors.Join(errs...)
}

// waits lists all cases that wait for something, by the index of due times: each that is open has one.
func (s *Store) waits(ctx context.Context) ([]string, error) {
	var all []due
	for _, u := range []int{0, 1, ledger.SweptUrgency, ledger.SweptWaitingUrgency} {
		shown, err := s.shown(ctx, u, query{limit: 0})
		if err != nil {
			return nil, err
		}
		all = append(all, shown...)
	}
	var ids []string
	for _, d := range s.recent.correct(all) {
		ids = append(ids, d.id)
	}
	slices.SortFunc(ids, cmp.Compare[string])
	return slices.Compact(ids), nil
}
