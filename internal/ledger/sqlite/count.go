package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	addCounted = `INSERT INTO counted (who, at, lead, weight) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	// What is added makes room for itself: each takes two away whose time is over.
	dropCounted = `DELETE FROM counted WHERE (who, at, lead) IN (SELECT who, at, lead FROM counted WHERE at < ? ORDER BY at LIMIT 2)`
	// One more than a count looks at says that there are more.
	countAll = `SELECT weight FROM counted WHERE who = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at LIMIT ?4`
)

// count writes a suspect down that counts.
func (t *tx) count(now time.Time, key string, l playbook.StoredSuspect) error {
	if l.Weight <= 0 || len(l.Actors) == 0 {
		return nil
	}
	_, err := t.exec(addCounted, ledger.CountKey(l.Playbook, l.Actors[0]), l.Origin.Occurred.UnixNano(), key, l.Weight)
	if err == nil {
		_, err = t.exec(dropCounted, now.Add(-playbook.CountedFor).UnixNano())
	}
	return err
}

// Count adds up suspects; see ledger.Memory.
func (s *Store) Count(ctx context.Context, w playbook.Window) (n playbook.Count, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		var weight int
		err := r.Scan(&weight)
		n = ledger.Counted(n, weight)
		return err
	}, countAll, ledger.CountKey(w.Playbook, w.Actor), w.From.UnixNano(), w.To.UnixNano(), ledger.MostCounted+1)
	return n, s.explain(err)
}
