package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	oneEffect  = `SELECT body, version FROM effects WHERE key = ?`
	generation = `SELECT value FROM meta WHERE key = 'effects'`
	brakes     = `SELECT body FROM brakes ORDER BY scope`
	hasRequest = `SELECT EXISTS (SELECT 1 FROM requests WHERE id = ?)`
)

func scanEffect(r scanner) (*ledger.Effect, error) {
	var body []byte
	var e ledger.Effect
	var version int64
	if err := r.Scan(&body, &version); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("read an effect: %w", err)
	}
	e.Version = version
	return &e, nil
}

// Effect is nil where there is none.
func (s *Store) Effect(ctx context.Context, key string) (*ledger.Effect, error) {
	e, err := scanEffect(s.row(ctx, oneEffect, key))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return e, s.explain(err)
}

// Effects lists those that stand, by key.
func (s *Store) Effects(ctx context.Context) ([]*ledger.Effect, error) {
	var out []*ledger.Effect
	err := s.rows(ctx, func(r *sql.Rows) error {
		e, err := scanEffect(r)
		if err == nil && e.Stands() {
			out = append(out, e)
		}
		return err
	}, `SELECT body, version FROM effects ORDER BY key`)
	return out, s.explain(err)
}

// Generation counts what happened to the effects.
func (s *Store) Generation(ctx context.Context) (n int64, err error) {
	err = s.row(ctx, generation).Scan(&n)
	return n, s.explain(err)
}

// Own reports whether a change of riposte's had this request id.
func (s *Store) Own(ctx context.Context, requestID string) (bool, error) {
	var own bool
	err := s.row(ctx, hasRequest, requestID).Scan(&own)
	return own, s.explain(err)
}

// Brakes are those that are on.
func (s *Store) Brakes(ctx context.Context) ([]ledger.Brake, error) {
	var out []ledger.Brake
	err := s.rows(ctx, func(r *sql.Rows) error {
		b, err := scanJSON[ledger.Brake](r)
		out = append(out, b)
		return err
	}, brakes)
	return out, s.explain(err)
}

func scanJSON[T any](r scanner) (T, error) {
	var body []byte
	var v T
	if err := r.Scan(&body); err != nil {
		return v, err
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fmt.Errorf("read %T: %w", v, err)
	}
	return v, nil
}
