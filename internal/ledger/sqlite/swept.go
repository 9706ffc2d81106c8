package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sweptAtOnce is how many streaks one transaction changes: the answer to an attack waits for it.
const sweptAtOnce = 200

// Swept writes a listing's coverage and the changes of its streaks; see ledger.Sweeps. Only the last transaction waits for the disk, and
// makes those before it durable.
func (s *Store) Swept(ctx context.Context, d ledger.Duty, c ledger.Coverage, changes []ledger.StreakChange) error {
	if err := d.Covers(c); err != nil {
		return s.explain(err)
	}
	var last []ledger.SweptChange
	for some, err := range ledger.SweptChanges(c, changes, sweptAtOnce) {
		if err == nil && last != nil {
			err = s.changeSoon(ctx, func(t *tx) error { return t.swept(d, c, last, false) })
		}
		if err != nil {
			return s.explain(err)
		}
		last = some
	}
	return s.change(ctx, func(t *tx) error { return t.swept(d, c, last, true) })
}

// swept writes some changes and, with the last of them, the coverage.
func (t *tx) swept(d ledger.Duty, c ledger.Coverage, changes []ledger.SweptChange, covers bool) error {
	stands, err := t.duty(d)
	if err == nil {
		err = stands.Holds(d)
	}
	if err != nil {
		return err
	}
	l, err := t.listing(c.Listing)
	if err == nil {
		err = t.number(l)
	}
	if err != nil {
		return err
	}
	w := t.streaks(l, c.Begins(l.Coverage, d.Day), changes)
	for _, ch := range changes {
		if err := w.change(ch); err != nil {
			return fmt.Errorf("write the streak of %s for %s: %w", ch.Streak.Resource, ch.Streak.Playbook, err)
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	l.By = d.Name()
	if covers {
		c.Duty = d.Name()
		l.Coverage = c.After(l.Coverage, d.Day)
	}
	return t.setListing(l, false)
}

// MarkStreak writes what a case changes of a streak; see ledger.Sweeps.
func (s *Store) MarkStreak(ctx context.Context, now time.Time, change ledger.StreakChange) (there bool, err error) {
	err = s.change(ctx, func(t *tx) error {
		n, stood, err := t.find(change.Streak.Playbook, change.Streak.Resource)
		if err != nil || stood == nil {
			return err
		}
		next, same := stood.Marked(change.Streak)
		if there = same; !same {
			return nil
		}
		l, err := scanListing(t.row(`SELECT n, body, duty, digest, sealed, streaks FROM listings WHERE n = ?`, n), &ledger.Multiset{})
		if err != nil {
			return err
		}
		marked := []ledger.SweptChange{{Streak: next, Ends: true, Begins: !change.Ended}}
		w := t.streaks(l, next.Sweep, marked)
		if err := w.change(marked[0]); err != nil {
			return err
		}
		if err := w.flush(); err != nil {
			return err
		}
		if err := t.setListing(l, true); err != nil {
			return err
		}
		rows, err := t.listings(l.Place.Account)
		if err != nil {
			return err
		}
		return t.appendTo(ledger.SweepChain(l.Place.Account), ledger.SealMark(ledger.StreakChange{Streak: next, Ended: change.Ended}, rows, now))
	})
	return there && err == nil, err
}
