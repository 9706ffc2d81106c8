package dynamodb

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Next is when the next case can be claimed: due, and not leased to anybody.
func (s *Store) Next(ctx context.Context) (time.Time, error) {
	all, ok := s.idle.shown()
	for u := 0; u < urgencies && !ok; u++ {
		shown, err := s.waking(ctx, u, candidates)
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

// due lists what seems to be due of the most urgent sort that there is, the longest due first.
func (s *Store) due(ctx context.Context, now time.Time) ([]due, error) {
	var all []due
	for u := range urgencies {
		shown, err := s.waking(ctx, u, candidates)
		if err != nil {
			return nil, err
		}
		all = append(all, shown...)
		shown = slices.DeleteFunc(s.recent.correct(shown), func(d due) bool { return d.at.After(now) || d.urgency != u })
		if len(shown) > 0 {
			slices.SortFunc(shown, func(a, b due) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
			return shown, nil
		}
	}
	s.idle.keep(all)
	return nil, nil
}

// waking reads the index of due times, for one urgency: the first ones of each shard, or with 0 all.
func (s *Store) waking(ctx context.Context, urgency, limit int) ([]due, error) {
	var queries []query
	for schema := 1; schema <= ledger.Schema; schema++ {
		for n := range shards {
			queries = append(queries, query{index: wakeIndex, partition: wakePartition(schema, urgency, strconv.Itoa(n)), limit: limit})
		}
	}
	found, err := s.spread(ctx, queries)
	var out []due
	for _, i := range found {
		out = append(out, due{id: textOf(i[pk]), at: timeOf(i[wakeAt]), urgency: urgency})
	}
	return out, err
}
