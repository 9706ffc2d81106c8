package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

func priceKey(of string) key { return key{"price#" + sum(of), "price"} }

// CachedPrice is an answer of AWS's price list since a moment; see ledger.Sweeps.
func (s *Store) CachedPrice(ctx context.Context, of string, since time.Time) (*ledger.CachedPrice, error) {
	i, err := s.get(ctx, priceKey(of))
	if i == nil || err != nil {
		return nil, s.explain(err)
	}
	p, err := bodyOf[ledger.CachedPrice](i)
	if err != nil || p.At.Before(since) {
		return nil, s.explain(err)
	}
	return &p, nil
}

// CachePrice keeps an answer, over an older one.
func (s *Store) CachePrice(ctx context.Context, p ledger.CachedPrice) error {
	body, err := json.Marshal(p)
	if err != nil {
		return s.explain(fmt.Errorf("keep the price of %s: %w", p.Item, err))
	}
	t := &tx{}
	t.put(priceKey(p.Item), item{"price": text(p.Item), "body": blob(body), endsAt: number(p.At.Add(ledger.PricesKept).Unix())}, always())
	return s.explain(s.run(ctx, t))
}
