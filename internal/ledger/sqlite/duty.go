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
	dutyOf     = `SELECT body FROM duties WHERE day = ? AND account = ?`
	setDuty    = `INSERT INTO duties (day, account, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body`
	dropDuties = `DELETE FROM duties WHERE day < ?`
)

// TakeDuty takes an account's sweep of a day; see ledger.Sweeps. It does not wait for the disk: the holder of a lease would be gone with
// the power.
func (s *Store) TakeDuty(ctx context.Context, now time.Time, day, account, holder string, lease time.Duration) (d ledger.Duty, took bool, err error) {
	old, err := ledger.OldDuties(day)
	if err != nil {
		return ledger.Duty{}, false, s.explain(err)
	}
	err = s.changeSoon(ctx, func(t *tx) (err error) {
		if d, err = t.duty(ledger.Duty{Day: day, Account: account}); err != nil {
			return err
		}
		if took = d.Take(now, holder, lease); !took {
			return nil
		}
		if _, err := t.exec(dropDuties, old); err != nil {
			return err
		}
		return t.setDuty(d)
	})
	return d, took && err == nil, err
}

// RenewDuty prolongs a lease that is still held; see ledger.Sweeps.
func (s *Store) RenewDuty(ctx context.Context, now time.Time, d ledger.Duty, lease time.Duration) error {
	return s.changeSoon(ctx, func(t *tx) error {
		stands, err := t.duty(d)
		if err == nil {
			err = stands.Renew(d, now.Add(lease))
		}
		if err != nil {
			return err
		}
		return t.setDuty(stands)
	})
}

// EndDuty ends it and seals what its account's listings have written; see ledger.Sweeps.
func (s *Store) EndDuty(ctx context.Context, now time.Time, d ledger.Duty) error {
	return s.change(ctx, func(t *tx) error {
		stands, err := t.duty(d)
		if err != nil {
			return err
		}
		if again, err := stands.End(d, now); again || err != nil {
			return err
		}
		if err := t.setDuty(stands); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE listings SET sealed = digest WHERE account = ? AND sealed IS NOT digest`, d.Account); err != nil {
			return err
		}
		rows, err := t.listings(d.Account)
		if err != nil {
			return err
		}
		return t.appendTo(ledger.SweepChain(d.Account), ledger.SealDuty(stands, rows, now))
	})
}

// Duties of a day and of the days since; see ledger.Sweeps.
func (s *Store) Duties(ctx context.Context, since string) (out []ledger.Duty, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		d, err := scanJSON[ledger.Duty](r)
		out = append(out, d)
		return err
	}, `SELECT body FROM duties WHERE day >= ? ORDER BY day, account`, since)
	return out, s.explain(err)
}

// duty is the one of this day and account as it stands, or as nobody took it yet.
func (t *tx) duty(of ledger.Duty) (ledger.Duty, error) {
	d, err := scanJSON[ledger.Duty](t.row(dutyOf, of.Day, of.Account))
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Duty{Day: of.Day, Account: of.Account}, nil
	}
	if err != nil {
		return d, fmt.Errorf("read the sweep %s: %w", of.Name(), err)
	}
	return d, nil
}

func (t *tx) setDuty(d ledger.Duty) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = t.exec(setDuty, d.Day, d.Account, body)
	return err
}
