package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	waiting    = `SELECT class, count(*) FROM inbox WHERE case_id = ? AND taken = 0 GROUP BY class`
	crowd      = `SELECT count(*) FROM inbox WHERE case_id = ? AND taken = 0 AND class = ?`
	oldest     = `SELECT body FROM inbox WHERE case_id = ? AND taken = 0 AND class = ? ORDER BY n LIMIT ?`
	hasMessage = `SELECT EXISTS (SELECT 1 FROM inbox WHERE key = ? AND case_id = ?)`
	newest     = `SELECT body FROM inbox WHERE case_id = ? AND taken = 0 AND class = ? ORDER BY n DESC LIMIT ?`
)

// inbox gives a claim its batch of what waits.
func (t *tx) inbox(c *ledger.Claim) error {
	waits, err := t.waiting(c.Case.ID)
	if err != nil {
		return err
	}
	for _, of := range ledger.Batch(waits) {
		c.More = c.More || of.N < waits[of.Class]
		if of.N == 0 {
			continue
		}
		query := oldest
		if of.Class.Newest() {
			query = newest
		}
		err := t.rows(func(r *sql.Rows) error {
			m, err := scanJSON[ledger.Message](r)
			if err != nil {
				return fmt.Errorf("case %s: %w", c.Case.ID, err)
			}
			c.Inbox = append(c.Inbox, m)
			return nil
		}, query, c.Case.ID, of.Class, of.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// waiting counts what waits, by class.
func (t *tx) waiting(caseID string) (n [ledger.Classes]int, err error) {
	err = t.rows(func(r *sql.Rows) error {
		var class, count int
		if err := r.Scan(&class, &count); err != nil {
			return err
		}
		if class < 0 || class >= len(n) {
			return fmt.Errorf("case %s has a message of no known class: verify the ledger", caseID)
		}
		n[class] = count
		return nil
	}, waiting, caseID)
	return n, err
}

// put writes a message into the inbox; nothing where the case knows its key. It is ledger.ErrFull where the message's class
// has no room left.
func (t *tx) put(caseID string, m ledger.Message, n int64) (added bool, body []byte, err error) {
	var waits int
	if err := t.row(crowd, caseID, m.Class()).Scan(&waits); err != nil {
		return false, nil, err
	}
	if room := m.Class().Room(); waits >= room {
		known := false
		if err := t.row(hasMessage, m.Key, caseID).Scan(&known); err != nil || known {
			return false, nil, err
		}
		return false, nil, fmt.Errorf("%w %s: of this sort it takes no more than %d until some are taken", ledger.ErrFull, caseID, room)
	}
	if body, err = json.Marshal(m); err != nil {
		return false, nil, err
	}
	rows, err := t.exec(addBody, m.Key, caseID, n, body, m.Class())
	return rows > 0, body, err
}
