package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// CachedPrice is an answer of AWS's price list since a moment; see ledger.Sweeps.
func (s *Store) CachedPrice(ctx context.Context, item string, since time.Time) (*ledger.CachedPrice, error) {
	p, err := scanJSON[ledger.CachedPrice](s.row(ctx, `SELECT body FROM prices WHERE item = ? AND at >= ?`, item, since.UnixNano()))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.explain(err)
	}
	return &p, nil
}

// CachePrice keeps an answer, over an older one, and lets go of those that none will ask for.
func (s *Store) CachePrice(ctx context.Context, p ledger.CachedPrice) error {
	body, err := json.Marshal(p)
	if err != nil {
		return s.explain(err)
	}
	return s.changeSoon(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM prices WHERE at < ?`, p.At.Add(-ledger.PricesKept).UnixNano()); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO prices (item, at, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, body = excluded.body`,
			p.Item, p.At.UnixNano(), body)
		return err
	})
}
