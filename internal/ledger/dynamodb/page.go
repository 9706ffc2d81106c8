package dynamodb

import (
	"cmp"
	"context"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Page lists, newest first; see ledger.Store. Ids begin with their time, so that the index of cases is read backwards. A page
// looks at no more than someIDs cases: of a filter that fits few, the next page goes on from there.
func (s *Store) Page(ctx context.Context, f ledger.Filter, before string, limit int) ([]*ledger.Case, string, error) {
	f.After, f.Limit = "", 0
	ids, more, err := s.newest(ctx, f, before)
	if err != nil {
		return nil, "", s.explain(err)
	}
	var out []*ledger.Case
	for narrow := f != (ledger.Filter{Incident: f.Incident}); len(ids) > 0 && len(out) < limit; {
		some := batch
		if !narrow { // all of them fit
			some = min(some, limit-len(out))
		}
		chunk := ids[:min(len(ids), some)]
		found, err := s.readAgain(ctx, chunk, f)
		if err != nil {
			return nil, "", s.explain(err)
		}
		slices.Reverse(found)
		out, ids, before = append(out, found...), ids[len(chunk):], chunk[len(chunk)-1]
	}
	switch {
	case len(out) > limit:
		return out[:limit], out[limit-1].ID, nil
	case len(ids) == 0 && !more:
		return out, "", nil
	}
	return out, before, nil
}

// newest are ids of cases that may fit, newest first, as far as one page looks, and whether there are others.
func (s *Store) newest(ctx context.Context, f ledger.Filter, before string) (ids []string, more bool, err error) {
	older := func(partition string) query {
		q := query{partition: partition, limit: someIDs + 1, backward: true}
		if before != "" {
			q.where, q.values = "#s < :before", item{":before": text(before)}
		}
		return q
	}
	switch {
	case f.Incident != "":
		err = s.items(ctx, older(incidentPrefix+f.Incident), func(i item) bool {
			ids = append(ids, textOf(i[sk]))
			return len(ids) <= someIDs
		})
	case f.Root != "" || f.Open || f.State.Open():
		ids, err = s.candidates(ctx, f)
		ids = slices.DeleteFunc(ids, func(id string) bool { return before != "" && id >= before })
	default:
		q := older("")
		q.index = casesIndex
		ids, err = s.listed(ctx, q)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(b, a) })
	return ids[:min(len(ids), someIDs)], len(ids) > someIDs, err
}
