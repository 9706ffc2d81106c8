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
	caseDue = `SELECT state, version, due, lease, head, urgency FROM cases WHERE id = ?`
	addBody = `INSERT INTO inbox (key, case_id, n, body, class) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	setDue  = `UPDATE cases SET due = ?, wake = ?, urgency = ?, place = NULL, head = ? WHERE id = ?`
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
	var urgency int
	var due, lease sql.NullInt64
	if err := t.row(caseDue, caseID).Scan(&state, &version, &due, &lease, &head, &urgency); err != nil {
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
	at := nanos(now)
	if m.Due.After(now) { // what need not be looked at at once makes no case urgent
		at = nanos(m.Due)
	} else {
		urgency = m.Woken(urgency)
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
	return true, one(t.exec(setDue, due, later(due, lease), urgency, head, caseID))
}
