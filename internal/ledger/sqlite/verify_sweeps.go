package sqlite

import (
	"context"
	"database/sql"

	"github.com/ripostehq/riposte/internal/ledger"
)

// auditSweeps feeds the duties that are under way, then every listing with its streaks as they stand.
func auditSweeps(ctx context.Context, q querier, a *ledger.Audit) error {
	err := rows(ctx, q, func(r *sql.Rows) error {
		d, err := scanJSON[ledger.Duty](r)
		if err == nil && d.Ended.IsZero() {
			a.OpenDuty(d)
		}
		return err
	}, `SELECT body FROM duties`)
	if err != nil {
		return err
	}
	of := map[int64]*listing{}
	err = rows(ctx, q, func(r *sql.Rows) error {
		var account, region, kind string
		l, err := scanListing(behind{r, []any{&account, &region, &kind}}, &ledger.Multiset{})
		if err != nil {
			a.Broken(ledger.SweepChain(account), 0, "the listing of %s in %s can't be read", kind, region)
			return nil
		}
		if l.Place.Account != account || l.Place.Region != region || l.Kind != kind {
			a.Broken(ledger.SweepChain(account), 0, "the listing of %s in %s was moved: it is of %s in %s", kind, region, l.Kind, l.Place.Region)
		}
		of[l.n] = l
		return nil
	}, `SELECT account, region, kind, n, body, duty, digest, sealed, NULL FROM listings`)
	if err != nil {
		return err
	}
	if err := sumStreaks(ctx, q, a, of); err != nil {
		return err
	}
	for _, l := range of {
		a.Listing(l.ListingRow)
	}
	return nil
}

// sumStreaks makes the digest of each listing's streaks anew.
func sumStreaks(ctx context.Context, q querier, a *ledger.Audit, of map[int64]*listing) error {
	return rows(ctx, q, func(r *sql.Rows) error {
		var n int64
		s, err := scanStreak(behind{r, []any{&n}}, func() (ledger.Listing, error) {
			if of[n] == nil {
				return ledger.Listing{}, nil
			}
			return of[n].Listing, nil
		})
		if err != nil {
			a.Broken(ledger.Whole, 0, "a streak can't be read: %s", err)
			return nil
		}
		row, err := s.Row()
		if err != nil {
			return err
		}
		if of[n] == nil {
			a.Broken(ledger.Whole, 0, "the streak of %s for %s is of no listing", s.Resource.ID, s.Playbook)
			return nil
		}
		return of[n].Streaks.Add(row)
	}, `SELECT s.listing, `+streakColumns+streakTables)
}
