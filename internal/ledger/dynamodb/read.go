package dynamodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// fullID is how long a whole case id is: c_ and a ULID.
const fullID = 2 + 26

// Load reads one case; ledger.ErrNotFound.
func (s *Store) Load(ctx context.Context, id string) (c *ledger.Case, err error) {
	err = retryConflict(ctx, func(ctx context.Context) error {
		r, err := s.caseHead(ctx, id)
		if err != nil {
			return err
		}
		if err := s.loadParts(ctx, r); err != nil {
			return err
		}
		c, err = r.toCase()
		return err
	})
	if errors.Is(err, ledger.ErrNotFound) {
		err = fmt.Errorf("%q: %w", id, err)
	}
	return c, s.explain(err)
}

// Find reads the one case whose id begins so, in upper or lower case, with or without the c_.
func (s *Store) Find(ctx context.Context, prefix string) (*ledger.Case, error) {
	p := strings.ToLower(strings.TrimSpace(prefix))
	if p = strings.TrimPrefix(p, "c_"); p == "" {
		return nil, s.explain(fmt.Errorf("%q: %w", prefix, ledger.ErrNotFound))
	}
	p = "c_" + p
	if len(p) >= fullID {
		return s.Load(ctx, p)
	}
	found, err := s.listed(ctx, query{index: casesIndex, where: "begins_with(#s, :prefix)", values: item{":prefix": text(p)}, limit: 2})
	switch {
	case err != nil:
		return nil, s.explain(err)
	case len(found) == 0:
		return nil, s.explain(fmt.Errorf("%q: %w", prefix, ledger.ErrNotFound))
	case len(found) > 1:
		return nil, s.explain(fmt.Errorf("%q: %w: %s and %s", prefix, ledger.ErrAmbiguous, found[0], found[1]))
	}
	return s.Load(ctx, found[0])
}

// listed reads an index of chains, or a part of it, in their order: ids of cases begin with their time.
func (s *Store) listed(ctx context.Context, q query) ([]string, error) {
	var queries []query
	for n := range shards {
		q.partition = strconv.Itoa(n)
		queries = append(queries, q)
	}
	found, err := s.spread(ctx, queries)
	var ids []string
	for _, i := range found {
		ids = append(ids, textOf(i[pk]))
	}
	slices.Sort(ids)
	return ids, err
}

// Cases lists, oldest first; see ledger.Store. What is open is found by its due time, which costs as much as there is open.
func (s *Store) Cases(ctx context.Context, f ledger.Filter) ([]*ledger.Case, error) {
	var out []*ledger.Case
	for more := true; more; {
		ids, err := s.candidates(ctx, f)
		if err != nil {
			return nil, s.explain(err)
		}
		for chunk := range slices.Chunk(ids, batch) {
			found, err := s.readAgain(ctx, chunk, f)
			if err != nil {
				return nil, s.explain(err)
			}
			if out = append(out, found...); f.Limit > 0 && len(out) >= f.Limit {
				return out[:f.Limit], nil
			}
		}
		if more = len(ids) == someIDs && (f.Incident != "" || !f.Open && !f.State.Open()); more {
			f.After = ids[len(ids)-1]
		}
	}
	return out, nil
}

// someIDs is how many ids are read at once of all that there are.
const someIDs = 1000

// candidates are ids of cases that may fit, oldest first: all that are open, or some of all.
func (s *Store) candidates(ctx context.Context, f ledger.Filter) ([]string, error) {
	if f.Root != "" {
		var ids []string
		err := retryConflict(ctx, func(ctx context.Context) error {
			found, err := s.get(ctx, rootKey(sum(f.Root)))
			if err == nil && found != nil {
				ids = []string{textOf(found["case_id"])}
			}
			return err
		})
		return slices.DeleteFunc(ids, func(id string) bool { return id <= f.After }), err
	}
	if f.Incident != "" {
		return s.members(ctx, f)
	}
	if f.Open || f.State.Open() {
		ids, err := s.waits(ctx)
		return slices.DeleteFunc(ids, func(id string) bool { return id <= f.After }), err
	}
	q := query{index: casesIndex, limit: someIDs}
	if f.After != "" {
		q.where, q.values = "#s > :after", item{":after": text(f.After)}
	}
	ids, err := s.listed(ctx, q)
	return ids[:min(len(ids), someIDs)], err
}

// readAgain is read: what one read does not fit together is read again.
func (s *Store) readAgain(ctx context.Context, ids []string, f ledger.Filter) (found []*ledger.Case, err error) {
	err = retryConflict(ctx, func(ctx context.Context) error {
		found, err = s.read(ctx, ids, f)
		return err
	})
	return found, err
}

// read reads some cases as they stand, and of these what fits.
func (s *Store) read(ctx context.Context, ids []string, f ledger.Filter) ([]*ledger.Case, error) {
	var keys []key
	for _, id := range ids {
		keys = append(keys, headKey(id))
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	var rows []*row
	for _, i := range found {
		if r := rowOf(i); (!f.Open || r.state.Open()) && (f.State == "" || f.State == r.state) &&
			(f.Playbook == "" || f.Playbook == r.playbook) && (f.Account == "" || f.Account == r.account) {
			rows = append(rows, &r)
		}
	}
	if err := s.loadParts(ctx, rows...); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(a.id, b.id) })
	var out []*ledger.Case
	for _, r := range rows {
		c, err := r.toCase()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// History is a case's chain, oldest first; the brakes' too.
func (s *Store) History(ctx context.Context, id string) ([]ledger.Entry, error) {
	if id == "" {
		return nil, nil
	}
	var out []ledger.Entry
	var broken error
	err := s.items(ctx, entriesOf(id), func(i item) bool {
		e := entryOf(i)
		var l ledger.Link
		if l, broken = ledger.ReadLink(e.Bytes); broken != nil {
			broken = fmt.Errorf("entry %d of %s: %w: verify the ledger", e.Seq, id, broken)
		}
		e.At, e.State, e.Notes = l.At, l.State, l.Notes
		out = append(out, e)
		return broken == nil
	})
	if err := cmp.Or(err, broken); err != nil {
		return nil, s.explain(err)
	}
	return out, nil
}

func entriesOf(chain string) query {
	return query{partition: chain, where: "begins_with(#s, :entry)", values: item{":entry": text(entryPrefix)}}
}

// entryOf reads an item of a chain. Its place is its key's.
func entryOf(i item) ledger.Entry {
	seq, err := strconv.ParseInt(strings.TrimPrefix(textOf(i[sk]), entryPrefix), 10, 64)
	if err != nil {
		seq = 0
	}
	return ledger.Entry{Chain: textOf(i[pk]), Seq: seq, Hash: textOf(i["hash"]), Bytes: bytesOf(i["bytes"])}
}
