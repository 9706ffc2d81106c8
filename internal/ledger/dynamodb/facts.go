package dynamodb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Effect is nil where there is none.
func (s *Store) Effect(ctx context.Context, name string) (*ledger.Effect, error) {
	i, err := s.get(ctx, effectKey(name))
	if i == nil || err != nil {
		return nil, s.explain(err)
	}
	e, err := effectOf(i)
	return e, s.explain(err)
}

// Effects lists those that stand, by key.
func (s *Store) Effects(ctx context.Context) ([]*ledger.Effect, error) {
	var queries []query
	for n := range shards {
		queries = append(queries, query{partition: "effects#" + strconv.Itoa(n)})
	}
	found, err := s.spread(ctx, queries)
	if err != nil {
		return nil, s.explain(err)
	}
	var out []*ledger.Effect
	for _, i := range found {
		e, err := effectOf(i)
		if err != nil {
			return nil, s.explain(err)
		}
		if e.Stands() {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *ledger.Effect) int { return cmp.Compare(a.Key, b.Key) })
	return out, nil
}

func effectOf(i item) (*ledger.Effect, error) {
	e, err := bodyOf[ledger.Effect](i)
	e.Version = numberOf(i["version"])
	return &e, err
}

func bodyOf[T any](i item) (T, error) {
	var v T
	if err := json.Unmarshal(bytesOf(i["body"]), &v); err != nil {
		return v, fmt.Errorf("read %T: %w: verify the ledger", v, err)
	}
	return v, nil
}

// Every event asks for the generation. An event is on its way for seconds, so that an effect which another replica wrote
// before it is there when the event is, also by a look that is a moment old.
const (
	fresh   = 500 * time.Millisecond
	settled = 2 * time.Second
)

// seen is the generation as it was read last, and when it was first so.
type seen struct {
	turn        sync.Mutex
	n           int64
	read, since time.Time
}

// Generation counts what happened to the effects. A transaction becomes visible one item after the other, so a new count
// may be seen before the effect is: it changes once more when that is over.
func (s *Store) Generation(ctx context.Context) (int64, error) {
	g := &s.seen
	g.turn.Lock()
	defer g.turn.Unlock()
	now := time.Now()
	if now.Sub(g.read) >= fresh {
		n, err := s.changes(ctx)
		if err != nil {
			return 0, s.explain(err)
		}
		if n != g.n || g.since.IsZero() {
			g.n, g.since = n, now
		}
		g.read = now
	}
	if now.Sub(g.since) < settled {
		return 2 * g.n, nil
	}
	return 2*g.n + 1, nil
}

// changes is how often an effect has changed.
func (s *Store) changes(ctx context.Context) (n int64, err error) {
	err = s.items(ctx, query{partition: generation}, func(i item) bool { n += numberOf(i["n"]); return true })
	return n, err
}

// Own reports whether a change of riposte's had this request id.
func (s *Store) Own(ctx context.Context, requestID string) (bool, error) {
	i, err := s.get(ctx, requestKey(requestID))
	return i != nil, s.explain(err)
}

// Brakes are those that are on.
func (s *Store) Brakes(ctx context.Context) ([]ledger.Brake, error) {
	q := query{partition: ledger.BrakesChain, where: "begins_with(#s, :brake)", values: item{":brake": text("brake#")}}
	out, err := bodies[ledger.Brake](ctx, s, q)
	slices.SortFunc(out, func(a, b ledger.Brake) int { return cmp.Compare(a.Scope, b.Scope) })
	return out, err
}

func bodies[T any](ctx context.Context, s *Store, q query) (out []T, err error) {
	var broken error
	err = s.items(ctx, q, func(i item) bool {
		var v T
		v, broken = bodyOf[T](i)
		out = append(out, v)
		return broken == nil
	})
	if err := cmp.Or(err, broken); err != nil {
		return nil, s.explain(err)
	}
	return out, nil
}
