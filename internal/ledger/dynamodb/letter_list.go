package dynamodb

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Letter reads one letter.
func (s *Store) Letter(ctx context.Context, id string) (*ledger.Letter, error) {
	i, err := s.get(ctx, listKey(id))
	if err != nil {
		return nil, s.explain(err)
	}
	if i == nil {
		return nil, s.explain(ledger.NoLetter(id))
	}
	l, err := s.letterAt(ctx, key{textOf(i["of"]), letterSK})
	if err == nil && (l == nil || l.ID != id) {
		err = ledger.NoLetter(id)
	}
	if err != nil {
		return nil, s.explain(err)
	}
	return l.Present(), nil
}

// Letters lists, the newest first: by the rows of the case or the matter where one is asked for, else by the index where they are owed, else
// by the rows of all.
func (s *Store) Letters(ctx context.Context, f ledger.LetterFilter) ([]*ledger.Letter, error) {
	if f.Owed && f.Case == "" && f.Matter == "" {
		return s.owedLetters(ctx, f)
	}
	of := []string{matterPrefix + sum(f.Matter)}
	switch {
	case f.Case != "":
		of = []string{namedPrefix + f.Case}
	case f.Matter == "":
		of = nil
		for n := range shards {
			of = append(of, listPrefix+strconv.Itoa(n))
		}
	}
	var out []*ledger.Letter
	for before := ""; ; {
		rows, err := s.newestLetters(ctx, of, before)
		if err != nil || len(rows) == 0 {
			return out, s.explain(err)
		}
		before = textOf(rows[len(rows)-1][sk])
		some, err := s.readLetters(ctx, rows)
		if err != nil {
			return nil, s.explain(err)
		}
		for _, l := range some {
			if f.Fits(l) {
				out = append(out, l)
			}
			if len(out) == f.Most() {
				return out, nil
			}
		}
	}
}

// owedLetters lists what is owed.
func (s *Store) owedLetters(ctx context.Context, f ledger.LetterFilter) (out []*ledger.Letter, err error) {
	var keys []key
	for _, partition := range []string{urgentLetters, otherLetters} {
		some, err := s.waking(ctx, partition, query{})
		if err != nil {
			return nil, s.explain(err)
		}
		keys = append(keys, some...)
	}
	found, err := s.getAll(ctx, once(keys))
	if err != nil {
		return nil, s.explain(err)
	}
	for _, i := range found {
		l, err := keptOf(i)
		if err != nil {
			return nil, s.explain(err)
		}
		if one := l.Present(); f.Fits(one) {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b *ledger.Letter) int { return cmp.Compare(b.ID, a.ID) })
	return out[:min(len(out), f.Most())], nil
}

// once are keys without those that are there twice, as of a letter that an index shows where it was and where it is: DynamoDB refuses them.
func once(keys []key) (out []key) {
	known := map[key]bool{}
	for _, k := range keys {
		if !known[k] {
			out = append(out, k)
		}
		known[k] = true
	}
	return out
}

// newestLetters are some rows of lists that come before an id, the newest first.
func (s *Store) newestLetters(ctx context.Context, lists []string, before string) (rows []item, err error) {
	var queries []query
	for _, list := range lists {
		q := query{partition: list, limit: batch, backward: true}
		if before != "" {
			q.where, q.values = "#s < :before", item{":before": text(before)}
		}
		queries = append(queries, q)
	}
	rows, err = s.spread(ctx, queries)
	slices.SortFunc(rows, func(a, b item) int { return cmp.Compare(textOf(b[sk]), textOf(a[sk])) })
	return rows[:min(len(rows), batch)], err
}

// readLetters reads the letters of rows, in their order; one that is gone is left out.
func (s *Store) readLetters(ctx context.Context, rows []item) ([]*ledger.Letter, error) {
	var keys []key
	for _, row := range rows {
		keys = append(keys, key{textOf(row["of"]), letterSK})
	}
	found, err := s.getAll(ctx, once(keys))
	if err != nil {
		return nil, err
	}
	var out []*ledger.Letter
	for n, k := range keys {
		i, there := found[k]
		if !there {
			continue
		}
		l, err := keptOf(i)
		if err != nil {
			return nil, err
		}
		if l.ID == textOf(rows[n][sk]) { // else another of the same matter has taken its place
			out = append(out, l.Present())
		}
	}
	return out, nil
}
