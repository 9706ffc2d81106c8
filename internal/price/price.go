// Package price knows unit prices of AWS's list: from the price list itself, as kept in the ledger for a week, else from a small dated table. It
// guesses none.
package price

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	keeps     = 7 * 24 * time.Hour
	askAgain  = time.Hour // after a question that failed
	perSecond = 2         // AWS answers 5, 10 at once
	mostPages = 5         // of one question: 500 products
	mostKept  = 5000      // in memory
)

// Ask is GetProducts. The price list has endpoints in few regions: Region is one of them.
type Ask func(context.Context, *pricing.GetProductsInput, ...func(*pricing.Options)) (*pricing.GetProductsOutput, error)

// Region is where the price list of the commercial partition is asked, for all regions.
// https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
const Region = "us-east-1"

// Cache keeps answers: ledger.Sweeps does.
type Cache interface {
	CachedPrice(ctx context.Context, item string, since time.Time) (*ledger.CachedPrice, error)
	CachePrice(ctx context.Context, p ledger.CachedPrice) error
}

// Options are what a Book reads.
type Options struct {
	Ask   Ask   // nil: the price list is not asked
	Cache Cache // nil: nothing is kept but in memory
	Now   func() time.Time
	Rate  rate.Limit // of questions a second; 0: what AWS bears
}

// Book is a playbook.Prices. It is safe for concurrent use.
type Book struct {
	opts  Options
	pace  *rate.Limiter
	asks  sync.Mutex // one question at a time: many suspects have the same
	mute  time.Time  // until then the price list is not asked: it did not answer. Guarded by asks
	mu    sync.Mutex
	known map[string]answer
}

type answer struct {
	price playbook.Price
	err   error
	until time.Time
}

// New makes a Book.
func New(o Options) *Book {
	return &Book{opts: o, pace: rate.NewLimiter(cmp.Or(o.Rate, perSecond), perSecond), known: map[string]answer{}}
}

// Price of one unit. Where the price list answered, its answer stands, also that it has none or several; where it can't be asked, the
// table's. The error is ErrNoPrice where neither knows one; any other error is the ledger's, or the end of the context.
func (b *Book) Price(ctx context.Context, item playbook.PriceItem) (playbook.Price, error) {
	name := Name(item)
	if a, ok := b.recall(name); ok {
		return a.price, a.err
	}
	b.asks.Lock()
	defer b.asks.Unlock()
	if a, ok := b.recall(name); ok {
		return a.price, a.err
	}
	a, err := b.look(ctx, name, item)
	if err != nil {
		return playbook.Price{}, err
	}
	b.remember(name, a)
	return a.price, a.err
}

// look asks the sources in turn.
func (b *Book) look(ctx context.Context, name string, item playbook.PriceItem) (answer, error) {
	now := b.opts.Now()
	if b.opts.Cache != nil {
		kept, err := b.opts.Cache.CachedPrice(ctx, name, now.Add(-keeps))
		if err != nil {
			return answer{}, fmt.Errorf("read the kept price of %s: %w", name, err)
		}
		if kept != nil {
			return b.kept(*kept), nil
		}
	}
	if b.opts.Ask != nil && !now.Before(b.mute) {
		got, err := b.ask(ctx, item)
		if err == nil || errors.Is(err, playbook.ErrNoPrice) {
			a := answer{got, err, now.Add(keeps)}
			return a, b.keep(ctx, name, a, now)
		}
		if ctx.Err() != nil {
			return answer{}, fmt.Errorf("ask for the price of %s: %w", name, err)
		}
		b.mute = now.Add(askAgain)
	}
	p, err := embedded().find(item)
	return answer{p, err, now.Add(askAgain)}, nil
}

// ask reads all products that fit. A list that does not end is an answer that can't be believed.
func (b *Book) ask(ctx context.Context, item playbook.PriceItem) (playbook.Price, error) {
	var all []string
	in := asked(item)
	for range mostPages {
		if err := b.pace.Wait(ctx); err != nil {
			return playbook.Price{}, fmt.Errorf("wait to ask for prices: %w", err)
		}
		page, err := b.opts.Ask(ctx, in, func(o *pricing.Options) { o.Region = Region })
		if err != nil {
			return playbook.Price{}, fmt.Errorf("ask for the price of %s: %w", Name(item), err)
		}
		all = append(all, page.PriceList...)
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return only(item, all)
		}
	}
	return playbook.Price{}, fmt.Errorf("AWS's price list has more than %d products: %w", len(all), playbook.ErrNoPrice)
}

func (b *Book) keep(ctx context.Context, name string, a answer, now time.Time) error {
	if b.opts.Cache == nil {
		return nil
	}
	row := ledger.CachedPrice{Item: name, At: now, Price: a.price}
	if a.err != nil {
		row.Error = a.err.Error()
	}
	if err := b.opts.Cache.CachePrice(ctx, row); err != nil {
		return fmt.Errorf("keep the price of %s: %w", name, err)
	}
	return nil
}

func (b *Book) kept(row ledger.CachedPrice) answer {
	a := answer{price: row.Price, until: row.At.Add(keeps)}
	if row.Error != "" {
		a.err = fmt.Errorf("on %s, %s: %w", row.At.UTC().Format(time.DateOnly), row.Error, playbook.ErrNoPrice)
	}
	return a
}

func (b *Book) recall(name string) (answer, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.known[name]
	return a, ok && b.opts.Now().Before(a.until)
}

func (b *Book) remember(name string, a answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.known) >= mostKept {
		clear(b.known)
	}
	b.known[name] = a
}

// Name is an item in one line, as the ledger keeps its price: what was asked, in a fixed order.
func Name(item playbook.PriceItem) string {
	var attributes []string
	for k, v := range item.Attributes {
		attributes = append(attributes, k+"="+v)
	}
	slices.Sort(attributes)
	text, err := json.Marshal([]any{item.Service, item.Region, item.Family, item.Usage, attributes})
	if err != nil { // texts alone
		return ""
	}
	return string(text)
}
