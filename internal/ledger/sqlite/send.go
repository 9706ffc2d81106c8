package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	caseDue = `SELECT state, version, due, lease, head FROM cases WHERE id = ?`
	addBody = `INSERT INTO inbox (key, case_id, n, body, class) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	setDue  = `UPDATE cases SET due = ?, wake = ?, urgency = 0, place = NULL, head = ? WHERE id = ?`
	// What need not be looked at at once makes no case urgent.
	setLater = `UPDATE cases SET due = ?, wake = ?, place = NULL, head = ? WHERE id = ?`
)

// Send puts a message into a case's inbox; see ledger.Store.
func (s *Store) Send(ctx context.Context, now time.Time, caseID string, m ledger.Message) (bool, error) {
	var fresh bool
	err := s.change(ctx, func(t *tx) (err error) {
		fresh, err = t.deliver(now, caseID, m)
		if err != nil {
			err = fmt.Errorf("send to case %s: %w", caseID, err)
		}
		return err
	})
	return fresh && err == nil, err
}

// deliver writes the message and makes the case due. A lease goes on: its holder finds the message when it commits.
func (t *tx) deliver(now time.Time, caseID string, m ledger.Message) (bool, error) {
	var state, head string
	var version int64
	var due, lease sql.NullInt64
	if err := t.row(caseDue, caseID).Scan(&state, &version, &due, &lease, &head); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = ledger.ErrNotFound
		}
		return false, err
	}
	m = m.At(version)
	n, err := t.next()
	if err != nil {
		return false, err
	}
	added, body, err := t.put(caseID, m, n)
	if err != nil || !added {
		return false, err
	}
	at, set := nanos(now), setDue
	if m.Due.After(now) {
		at, set = nanos(m.Due), setLater
	}
	if !due.Valid || at.Int64 < due.Int64 {
		due = at
	}
	head, err = t.append(ledger.Link{
		Chain: caseID, Prev: head, At: now, State: ledger.State(state), Due: moment(due), Notes: []string{m.Line()},
		Wrote: []ledger.Wrote{{What: ledger.WroteMessage, Key: messageKey(caseID, m.Key), Sum: ledger.Sum(body)}},
	})
	if err != nil {
		return false, err
	}
	return true, one(t.exec(set, due, later(due, lease), head, caseID))
}
