package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Halt puts a brake on; one of the same scope is replaced.
func (s *Store) Halt(ctx context.Context, b ledger.Brake) error {
	return s.change(ctx, func(t *tx) error {
		body, err := json.Marshal(b)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO brakes (scope, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body`, b.Scope, body)
		if err != nil {
			return err
		}
		return t.appendTo(ledger.BrakesChain, ledger.Link{
			At: b.At, Notes: []string{"halted: " + b.Scope + ", by " + b.By},
			Wrote: []ledger.Wrote{{What: ledger.WroteBrake, Key: b.Scope, Sum: ledger.Sum(body)}},
		})
	})
}

// Release takes a brake off; false where there was none of that scope. What may have waited for it is due at once.
func (s *Store) Release(ctx context.Context, now time.Time, scope, by string) (bool, error) {
	var was int64
	err := s.change(ctx, func(t *tx) (err error) {
		if was, err = t.exec(`DELETE FROM brakes WHERE scope = ?`, scope); err != nil || was == 0 {
			return err
		}
		note := "released: " + scope + ", by " + by
		err = t.appendTo(ledger.BrakesChain, ledger.Link{
			At: now, Notes: []string{note}, Wrote: []ledger.Wrote{{What: ledger.WroteBrake, Key: scope}},
		})
		if err != nil {
			return err
		}
		return t.wakeHeld(now, note)
	})
	return was > 0 && err == nil, err
}

// Note writes what concerns every case.
func (s *Store) Note(ctx context.Context, at time.Time, notes []string) error {
	return s.change(ctx, func(t *tx) error { return t.appendTo(ledger.BrakesChain, ledger.Link{At: at, Notes: notes}) })
}

const heldCases = `SELECT id, state, head, lease, urgency FROM cases WHERE state IN ('held', 'undoing') AND due > ? ORDER BY n`

// wakeHeld makes what a brake may have stopped due now. Due times are part of the record, so each case notes it.
func (t *tx) wakeHeld(now time.Time, note string) error {
	type held struct {
		id, state, head string
		lease           sql.NullInt64
		urgency         int
	}
	var all []held
	err := t.rows(func(r *sql.Rows) error {
		var h held
		err := r.Scan(&h.id, &h.state, &h.head, &h.lease, &h.urgency)
		all = append(all, h)
		return err
	}, heldCases, now.UnixNano())
	if err != nil {
		return err
	}
	due := nanos(now)
	for _, h := range all {
		head, err := t.append(ledger.Link{Chain: h.id, Prev: h.head, At: now, State: ledger.State(h.state), Due: now, Notes: []string{note}})
		if err != nil {
			return err
		}
		if err := one(t.exec(setDue, due, later(due, h.lease), ledger.Message{}.Woken(h.urgency), head, h.id)); err != nil {
			return err
		}
	}
	return nil
}
