package dynamodb

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Next returns when the next case can be claimed: due, and not leased. Of very many that are due it may be another
// than the one that has waited longest.
func (s *Store) Next(ctx context.Context) (time.Time, error) {
	all, ok := s.lastScan.shown()
	for u := 0; u < urgencies && !ok; u++ {
		shown, err := s.shown(ctx, u, query{limit: candidates})
		if err != nil {
			return time.Time{}, s.explain(err)
		}
		all = append(all, shown...)
	}
	var next time.Time
	for _, d := range s.recent.correct(all) {
		if next.IsZero() || d.at.Before(next) {
			next = d.at
		}
	}
	return next, nil
}

// due lists what seems to be due of the most urgent sort below one that there is, in the order of claims.
func (s *Store) due(ctx context.Context, now, astray time.Time, below int) ([]due, error) {
	var all []due
	for u := range below {
		shown, err := s.first(ctx, u, now)
		if err != nil {
			return nil, err
		}
		all = append(all, shown...)
		shown = append(s.recent.correct(shown), s.skewed.of(u)...)
		shown = slices.DeleteFunc(shown, func(d due) bool { // what can be claimed is due, and not leased, or leased by a clock that is wrong
			claimable := !d.at.IsZero() && !d.at.After(now) || d.leased && d.at.After(astray)
			return !claimable || d.urgency != u
		})
		if len(shown) > 0 {
			slices.SortFunc(shown, func(a, b due) int {
				return cmp.Or(cmp.Or(cmp.Compare(a.sev, b.position.sev), a.since.Compare(b.position.since)), cmp.Compare(a.id, b.id))
			})
			return slices.CompactFunc(shown, func(a, b due) bool { return a.id == b.id }), nil
		}
	}
	if below == urgencies {
		s.lastScan.keep(all)
	}
	return nil, nil
}

// first reads of one urgency those that stand first in the order of claims, and of those that came due since they were
// written the longest due.
func (s *Store) first(ctx context.Context, urgency int, now time.Time) ([]due, error) {
	shown, err := s.shown(ctx, urgency, query{limit: candidates})
	if err != nil || len(shown) < candidates {
		return shown, err // all there are
	}
	timers, err := s.shown(ctx, urgency, query{
		where: "#s BETWEEN :line AND :now", limit: candidates,
		values: item{":line": &types.AttributeValueMemberN{Value: line}, ":now": number(nanos(now) + 1)},
	})
	return append(shown, timers...), err
}

func (s *Store) shown(ctx context.Context, urgency int, q query) ([]due, error) {
	var queries []query
	first, last := ledger.SchemasAt(urgency)
	for schema := first; schema <= last; schema++ {
		for n := range shards {
			q.index, q.partition = wakeIndex, wakePartition(schema, urgency, strconv.Itoa(n))
			queries = append(queries, q)
		}
	}
	found, err := s.spread(ctx, queries)
	var out []due
	for _, i := range found {
		out = append(out, due{id: textOf(i[pk]), position: positionOf(i[wakeAt]), urgency: urgency})
	}
	return out, err
}

// skewedLeases are cases leased by a clock that is wrong: their leases stand so far behind in the index that a claim does not
// see them, so that they are looked for once in the length of a lease.
type skewedLeases struct {
	turn sync.Mutex
	on   time.Time // looked for, on the clock of this machine
	all  []due
}

// findSkewed looks for them where that is due.
func (s *Store) findSkewed(ctx context.Context, lease time.Duration, astray time.Time) error {
	x, now := &s.skewed, time.Now()
	x.turn.Lock()
	looked := !x.on.IsZero() && now.Sub(x.on) < lease
	if !looked {
		x.on = now
	}
	x.turn.Unlock()
	if looked {
		return nil
	}
	var all []due
	for u := range urgencies {
		far, err := s.shown(ctx, u, query{where: "#s > :astray", values: item{":astray": at(astray)}})
		if err != nil {
			return err
		}
		all = append(all, far...)
	}
	x.turn.Lock()
	defer x.turn.Unlock()
	x.all = slices.DeleteFunc(all, func(d due) bool { return !d.leased })
	return nil
}

func (x *skewedLeases) of(urgency int) []due {
	x.turn.Lock()
	defer x.turn.Unlock()
	return slices.DeleteFunc(slices.Clone(x.all), func(d due) bool { return d.urgency != urgency })
}

// tried forgets one that was claimed, or turned out to be leased elsewhere since.
func (x *skewedLeases) tried(id string) {
	x.turn.Lock()
	defer x.turn.Unlock()
	x.all = slices.DeleteFunc(x.all, func(d due) bool { return d.id == id })
}
