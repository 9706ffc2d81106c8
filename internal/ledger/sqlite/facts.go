package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

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

// counted is the count of what happened to the effects, as it was read once.
type counted struct {
	n       int64
	at      time.Time
	commits int64 // of this process before it
}

// fresh is how long the count is not read anew unless this process commits: every record asks for it, and of another process's effects
// it is soon enough.
const fresh = 100 * time.Millisecond

// Generation counts what happened to the effects.
func (s *Store) Generation(ctx context.Context) (int64, error) {
	last, commits := s.effects.Load(), s.write.commits.Load()
	if last != nil && last.commits == commits && time.Since(last.at) < fresh {
		return last.n, ctx.Err()
	}
	now := counted{at: time.Now(), commits: commits}
	if err := s.row(ctx, generation).Scan(&now.n); err != nil {
		return 0, s.explain(err)
	}
	s.effects.Store(&now)
	return now.n, nil
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
