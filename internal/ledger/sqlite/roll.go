package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Attend does not wait for the disk: what a replica says need not outlive a loss of power.
func (s *Store) Attend(ctx context.Context, r ledger.Replica) error {
	body, err := json.Marshal(r)
	if err != nil {
		return s.explain(err)
	}
	return s.changeSoon(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO replicas (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body`, r.Name, body)
		return err
	})
}

// Replicas are those that have attended and not left.
func (s *Store) Replicas(ctx context.Context) (out []ledger.Replica, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		one, err := scanJSON[ledger.Replica](r)
		out = append(out, one)
		return err
	}, `SELECT body FROM replicas ORDER BY name`)
	return out, s.explain(err)
}

// Leave strikes a replica off.
func (s *Store) Leave(ctx context.Context, name string) error {
	return s.changeSoon(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM replicas WHERE name = ?`, name)
		return err
	})
}
