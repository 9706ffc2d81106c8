package app

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/evidence"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/price"
)

// prices are AWS's, kept in the ledger.
func prices(store ledger.Store, access *cloud.Cloud, p Parts) *price.Book {
	return price.New(price.Options{Ask: price.Ask(access.Products()), Cache: store, Now: p.Now, Rate: p.Pace})
}

// past is what was called on a resource; riposte's calls are those whose requests the ledger has.
func past(store ledger.Store, access *cloud.Cloud, p Parts) *evidence.Past {
	looks := evidence.NewPast(access.Reads(), func(ctx context.Context, e event.Event) (bool, error) {
		if e.RequestID == "" {
			return false, nil
		}
		known, err := store.Facts(ctx, ledger.Question{At: p.Now(), Account: e.Account, RequestID: e.RequestID})
		if err != nil {
			return false, fmt.Errorf("ask the ledger for request %s: %w", e.RequestID, err)
		}
		return known.Own, nil
	}, p.Now)
	if p.Pace > 0 {
		looks.Rate = p.Pace
	}
	return looks
}
