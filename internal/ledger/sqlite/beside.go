package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	addEffect     = `INSERT INTO effects (key, body, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING`
	setEffect     = `UPDATE effects SET body = ?, version = version + 1 WHERE key = ? AND version = ?`
	dropEffect    = `DELETE FROM effects WHERE key = ? AND version = ?`
	addRequest    = `INSERT INTO requests (id) VALUES (?) ON CONFLICT DO NOTHING`
	dropException = `DELETE FROM exceptions WHERE playbook = ? AND root = ? AND until = ?`
	addException  = `INSERT INTO exceptions (playbook, root, until, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body`
)

// effects writes each effect over the version that was read; one that is of no use any more goes.
func (t *tx) effects(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, e := range w.Effects {
		body, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		n := int64(1)
		switch {
		case !e.Kept() && e.Version == 0: // never was, and is not wanted
		case !e.Kept():
			n, err = t.exec(dropEffect, e.Key, e.Version)
		case e.Version == 0:
			n, err = t.exec(addEffect, e.Key, body)
		default:
			n, err = t.exec(setEffect, body, e.Key, e.Version)
		}
		if err == nil && n == 0 {
			err = ledger.ErrStale
		}
		if err != nil {
			return nil, fmt.Errorf("effect %q: %w", e.Key, err)
		}
		x := ledger.Wrote{What: ledger.WroteEffect, Key: e.Key}
		if after(e) > 0 {
			x.Sum = ledger.Sum(body)
		}
		wrote = append(wrote, x)
	}
	return wrote, nil
}

// after is an effect's version once it is written; 0 where it is gone.
func after(e *ledger.Effect) int64 {
	if !e.Kept() {
		return 0
	}
	return e.Version + 1
}

func (t *tx) requests(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, id := range w.Requests {
		if _, err := t.exec(addRequest, id); err != nil {
			return nil, err
		}
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteRequest, Key: id, Sum: ledger.Present})
	}
	return wrote, nil
}

func (t *tx) exceptions(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, x := range w.Exceptions {
		one, err := t.except(x)
		if err != nil {
			return nil, err
		}
		wrote = append(wrote, one)
	}
	for _, x := range w.Revoked {
		if _, err := t.exec(dropException, x.Playbook, x.Root, x.Until.UnixNano()); err != nil {
			return nil, err
		}
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteException, Key: exceptionKey(x)})
	}
	return wrote, nil
}

func (t *tx) except(x ledger.Exception) (ledger.Wrote, error) {
	body, err := json.Marshal(x)
	if err != nil {
		return ledger.Wrote{}, err
	}
	_, err = t.exec(addException, x.Playbook, x.Root, x.Until.UnixNano(), body)
	return ledger.Wrote{What: ledger.WroteException, Key: exceptionKey(x), Sum: ledger.Sum(body)}, err
}

// Grant writes an exception that comes from no case; see ledger.Exceptions.
func (s *Store) Grant(ctx context.Context, x ledger.Exception) error {
	return s.change(ctx, func(t *tx) error {
		wrote, err := t.except(x)
		if err != nil {
			return err
		}
		return t.appendTo(ledger.ExceptionsChain, ledger.Link{At: x.Order.At, Notes: []string{x.Granted()}, Wrote: []ledger.Wrote{wrote}})
	})
}

// Revoke ends such an exception; see ledger.Exceptions.
func (s *Store) Revoke(ctx context.Context, x ledger.Exception, o ledger.Order) (was bool, err error) {
	err = s.change(ctx, func(t *tx) error {
		n, err := t.exec(dropException, x.Playbook, x.Root, x.Until.UnixNano())
		if was = n > 0; err != nil || !was {
			return err
		}
		return t.appendTo(ledger.ExceptionsChain, ledger.Link{
			At: o.At, Notes: []string{x.Ended(o)}, Wrote: []ledger.Wrote{{What: ledger.WroteException, Key: exceptionKey(x)}},
		})
	})
	return was && err == nil, err
}

func exceptionKey(x ledger.Exception) string {
	return fmt.Sprintf("%s %s %d", x.Playbook, x.Root, x.Until.UnixNano())
}

// Exceptions are those in force; see ledger.Exceptions.
func (s *Store) Exceptions(ctx context.Context, at time.Time) ([]ledger.Exception, error) {
	var out []ledger.Exception
	err := s.rows(ctx, func(r *sql.Rows) error {
		x, err := scanJSON[ledger.Exception](r)
		out = append(out, x)
		return err
	}, `SELECT body FROM exceptions WHERE until > ? ORDER BY until`, at.UnixNano())
	return out, s.explain(err)
}
