package dynamodb

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sweptAtOnce is how many streaks one transaction changes, beside the listing and the duty. Batches would cost half, and nothing would
// keep the writes of a holder that lost its duty from falling between its successor's.
const sweptAtOnce = 90

// Swept writes a listing's coverage and the changes of its streaks; see ledger.Sweeps.
func (s *Store) Swept(ctx context.Context, d ledger.Duty, c ledger.Coverage, changes []ledger.StreakChange) error {
	if err := d.Covers(c); err != nil {
		return s.explain(err)
	}
	var last []ledger.SweptChange
	for some, err := range ledger.SweptChanges(c, changes, sweptAtOnce) {
		if err == nil && last != nil {
			err = s.swept(ctx, d, c, last, false)
		}
		if err != nil {
			return s.explain(err)
		}
		last = some
	}
	return s.explain(s.swept(ctx, d, c, last, true))
}

// swept writes some changes and, with the last of them, the coverage. The listings of one duty are written one after the other: each
// transaction writes the duty, and DynamoDB keeps two that do so at once apart by refusing one.
func (s *Store) swept(ctx context.Context, d ledger.Duty, c ledger.Coverage, changes []ledger.SweptChange, covers bool) error {
	defer s.locks.lock(d.Name())()
	return retryConflict(ctx, func(ctx context.Context) error {
		stands, err := s.duty(ctx, d)
		if err == nil {
			err = stands.Holds(d)
		}
		if err != nil {
			return err
		}
		l, err := s.sweptListing(ctx, c.Listing)
		if err != nil {
			return err
		}
		t := &tx{}
		// A check of the condition alone would need a right more, and costs as much.
		t.update(dutyKey(d), item{"listed": text(listingKey(c.Listing).sk)}, nil, heldBy(d))
		if err := s.streaks(ctx, t, l, c.Begins(l.Coverage, d.Day), changes); err != nil {
			return err
		}
		l.By = d.Name()
		if covers {
			c.Duty = d.Name()
			l.Coverage = c.After(l.Coverage, d.Day)
		}
		if err := t.sweptListing(l); err != nil {
			return err
		}
		return s.run(ctx, t)
	})
}

// streaks changes streaks of one listing, and its digest with them. No condition is needed on each: whatever changes one writes the
// listing, too.
func (s *Store) streaks(ctx context.Context, t *tx, l *sweptListing, sweep int, changes []ledger.SweptChange) error {
	var keys []key
	for _, ch := range changes {
		keys = append(keys, streakKey(l.Listing, ch.Streak))
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return err
	}
	for n, ch := range changes {
		next, there := ch.Streak, found[keys[n]] != nil
		next.Sweep = sweep
		if there {
			stood, err := bodyOf[ledger.Streak](found[keys[n]])
			if err != nil {
				return err
			}
			if !ch.Ends {
				next = ch.Streak.Over(stood)
			}
			if err := rowIn(stood, l.Streaks.Remove); err != nil {
				return err
			}
		}
		switch {
		case ch.Begins:
			err = t.streak(keys[n], next, l)
		case there:
			t.delete(keys[n], always())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// streak writes one.
func (t *tx) streak(k key, x ledger.Streak, l *sweptListing) error {
	body, err := x.Row()
	if err != nil {
		return err
	}
	t.put(k, item{"body": blob(body)}, always())
	return l.Streaks.Add(body)
}

func rowIn(x ledger.Streak, do func([]byte) error) error {
	row, err := x.Row()
	if err != nil {
		return err
	}
	return do(row)
}

// MarkStreak writes what a case changes of a streak; see ledger.Sweeps.
func (s *Store) MarkStreak(ctx context.Context, now time.Time, change ledger.StreakChange) (there bool, err error) {
	err = retryConflict(ctx, func(ctx context.Context) error {
		of, stood, err := s.find(ctx, change.Streak.Playbook, change.Streak.Resource)
		if err != nil || stood == nil {
			there = false
			return err
		}
		next, same := stood.Marked(change.Streak)
		if there = same; !same {
			return nil
		}
		l, err := s.sweptListing(ctx, of)
		if err != nil {
			return err
		}
		t := &tx{}
		if err := s.streaks(ctx, t, l, next.Sweep, []ledger.SweptChange{{Streak: next, Ends: true, Begins: !change.Ended}}); err != nil {
			return err
		}
		if err := t.sweptListing(l); err != nil {
			return err
		}
		a, err := s.account(ctx, of.Place.Account)
		if err != nil {
			return err
		}
		for i, r := range a.rows {
			if r.Listing == of {
				a.rows[i].Sealed = l.Digest
			}
		}
		if err := s.sealSwept(ctx, t, a, ledger.SealMark(ledger.StreakChange{Streak: next, Ended: change.Ended}, a.rows, now)); err != nil {
			return err
		}
		return s.run(ctx, t)
	})
	return there && err == nil, s.explain(err)
}
