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
	// What has come due since the last claim takes its place among what was due before: once each time, so that a claim need
	// not sort what waits, however much an attacker makes.
	arrive = `UPDATE cases SET place = max(rank, due) WHERE place IS NULL AND wake <= ?1`
	strays = `UPDATE cases SET place = max(rank, due) WHERE place IS NULL AND lease > ?2 AND due <= ?1`
	// The version goes up, so that a holder that lost its lease to another can't commit any more: AWS has no fencing, the
	// ledger has.
	claim = `UPDATE cases SET holder = ?1, lease = ?2, wake = ?2, place = NULL, attempts = attempts + 1, version = version + 1
		WHERE n = (SELECT n FROM cases WHERE place IS NOT NULL AND (wake <= ?3 OR lease > ?5) AND schema <= ?4 AND urgency < ?6
			ORDER BY urgency, severity, place, n LIMIT 1)
		RETURNING ` + caseColumns
	yield = `UPDATE cases SET attempts = max(attempts - 1, 0), holder = NULL, lease = NULL, wake = due, place = NULL
		WHERE id = ? AND version = ?`
	wakeup = `SELECT min(wake) FROM (
		SELECT wake FROM cases WHERE place IS NOT NULL AND schema <= ?1
		UNION ALL
		SELECT * FROM (SELECT wake FROM cases WHERE place IS NULL AND wake IS NOT NULL AND schema <= ?1 ORDER BY wake LIMIT 1))`
)

// Claim takes the most urgent due case; see ledger.Store.
func (s *Store) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	return s.claim(ctx, now, holder, lease, ledger.Urgencies)
}

// ClaimOfEvents leaves the cases of sweeps; see ledger.Store.
func (s *Store) ClaimOfEvents(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	return s.claim(ctx, now, holder, lease, ledger.SweptUrgency)
}

// claim takes the most urgent due case of an urgency below one.
func (s *Store) claim(ctx context.Context, now time.Time, holder string, lease time.Duration, below int) (*ledger.Claim, error) {
	var out *ledger.Claim
	err := s.changeSoon(ctx, func(t *tx) error {
		until := now.Add(lease)
		astray := nanos(ledger.Astray(now, lease))
		if _, err := t.exec(arrive, nanos(now)); err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		if _, err := t.exec(strays, nanos(now), astray); err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		c, err := scanCase(t.row(claim, holder, nanos(until), nanos(now), ledger.Schema, astray, below))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		out = &ledger.Claim{Case: c, Until: until}
		return t.inbox(out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Yield gives a case back uncommitted; see ledger.Store.
func (s *Store) Yield(ctx context.Context, c *ledger.Case) error {
	return s.changeSoon(context.WithoutCancel(ctx), func(t *tx) error {
		_, err := t.exec(yield, c.ID, c.Version)
		return err
	})
}

// Next returns when the next case can be claimed: due, and not leased.
func (s *Store) Next(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.row(ctx, wakeup, ledger.Schema).Scan(&at)
	return moment(at), s.explain(err)
}
