package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	remember = `INSERT INTO observations (resource, of, at, shows, event, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	// Of one second, what shows it on counts, and comes last: see playbook.Observation.Counts.
	recall = `SELECT body FROM observations WHERE resource = ?1 AND of = ?2 AND (at < ?3 OR at = ?3 AND shows = 1) ORDER BY at DESC, shows DESC LIMIT 1`
)

// Remember stores observations; see ledger.Memory. It does not wait for the disk: the receipt's sync does.
func (s *Store) Remember(ctx context.Context, seen []playbook.Observation) error {
	return s.changeSoon(ctx, func(t *tx) error {
		for _, o := range seen {
			body, err := json.Marshal(o)
			if err != nil {
				return fmt.Errorf("remember %s of %s: %w", o.Of, o.Resource, err)
			}
			if _, err := t.exec(remember, o.Resource.String(), o.Of, nanos(o.At), o.On, o.Event, body); err != nil {
				return fmt.Errorf("remember %s of %s: %w", o.Of, o.Resource, err)
			}
		}
		return nil
	})
}

// Recall is the latest observation that counts before a moment; see ledger.Memory.
func (s *Store) Recall(ctx context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
	o, err := scanJSON[playbook.Observation](s.row(ctx, recall, r.String(), of, nanos(before)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.explain(err)
	}
	return &o, nil
}

var _ ledger.Memory = (*Store)(nil)
