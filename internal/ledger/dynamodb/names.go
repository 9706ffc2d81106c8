package dynamodb

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
)

// An entry is two items: one under its key, to be found by, and one under its source, to be compared with what is read there.
const (
	nameByKey         = "name#"
	nameBySource      = "names#"
	nameSourcesPrefix = "name-sources#"
)

func namesOfKey(k names.Key) string { return nameByKey + sum(k.String()) }

func namesOfSource(s names.Source) string {
	return nameBySource + sum(strings.Join([]string{s.Place.Partition, s.Place.Account, s.Place.Region, s.Kind, s.Zone}, "\x00"))
}

func nameSourcesOf(at event.Place, kind string) string {
	return nameSourcesPrefix + sum(strings.Join([]string{at.Partition, at.Account, at.Region, kind}, "\x00"))
}

// nameOf is what items of one resource begin with. A bucket's ARN names no account.
func nameOf(r event.Resource) string {
	return sum(strings.Join([]string{r.Partition, r.Account, r.Region, r.Type, r.ID}, "\x00"))[:32] + "#"
}

func nameKeys(e names.Entry) (byKey, bySource key) {
	role := "has"
	if e.Points {
		role = "points"
	}
	id := nameOf(e.Resource) + role
	return key{namesOfKey(e.Key), id}, key{namesOfSource(e.Source()), id + "#" + sum(e.Key.String())[:32]}
}

// KeepNames takes what a source has; see ledger.Names.
func (s *Store) KeepNames(ctx context.Context, at time.Time, of names.Source, now []names.Entry) (int, error) {
	known, err := bodies[names.Entry](ctx, s, query{partition: namesOfSource(of)})
	if err != nil {
		return 0, err
	}
	turn := names.Compare(known, now, at)
	if turn.Len() == 0 {
		return 0, nil
	}
	if len(now) > 0 { // before its entries: a source that is not listed is never compared with what is there no more
		if err := s.listNameSource(ctx, of, true); err != nil {
			return 0, err
		}
	}
	if err := s.turnNames(ctx, turn); err != nil || len(now) > 0 {
		return turn.Len(), err
	}
	return turn.Len(), s.listNameSource(ctx, of, false)
}

// listNameSource has a source among those of its place, or no more.
func (s *Store) listNameSource(ctx context.Context, of names.Source, listed bool) error {
	t, k := &tx{}, key{nameSourcesOf(of.Place, of.Kind), "#" + of.Zone}
	if listed {
		t.put(k, item{"zone": text(of.Zone)}, always())
	} else {
		t.delete(k, always())
	}
	return s.explain(retryConflict(ctx, func(ctx context.Context) error { return s.run(ctx, t) }))
}

// turnNames writes what changed, some entries at once.
func (s *Store) turnNames(ctx context.Context, turn names.Turn) error {
	for some := range slices.Chunk(turn.Drop, ledger.NamesAtOnce) {
		t := &tx{}
		for _, e := range some {
			byKey, bySource := nameKeys(e)
			t.delete(byKey, always())
			t.delete(bySource, always())
		}
		if err := retryConflict(ctx, func(ctx context.Context) error { return s.run(ctx, t) }); err != nil {
			return s.explain(err)
		}
	}
	for some := range slices.Chunk(turn.Put, ledger.NamesAtOnce) {
		t := &tx{}
		for _, e := range some {
			body, err := json.Marshal(e)
			if err != nil {
				return s.explain(err)
			}
			byKey, bySource := nameKeys(e)
			t.put(byKey, item{"body": blob(body)}, always())
			t.put(bySource, item{"body": blob(body)}, always())
		}
		if err := retryConflict(ctx, func(ctx context.Context) error { return s.run(ctx, t) }); err != nil {
			return s.explain(err)
		}
	}
	return nil
}

// LearnNames takes what events show; see ledger.Names.
func (s *Store) LearnNames(ctx context.Context, changes []names.Change) error {
	for _, c := range changes {
		known, err := s.namesOfResource(ctx, c.Resource)
		if err != nil {
			return err
		}
		turn := c.Turn(known)
		if len(turn.Put) > 0 {
			if err := s.listNameSource(ctx, turn.Put[0].Source(), true); err != nil {
				return err
			}
		}
		if err := s.turnNames(ctx, turn); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) namesOfResource(ctx context.Context, r event.Resource) ([]names.Entry, error) {
	return bodies[names.Entry](ctx, s, query{
		partition: namesOfSource(names.Entry{Resource: r}.Source()), where: "begins_with(#s, :of)", values: item{":of": text(nameOf(r))},
	})
}

// NamesOf are the entries of a key; see ledger.Names.
func (s *Store) NamesOf(ctx context.Context, of names.Key) ([]names.Entry, error) {
	return bodies[names.Entry](ctx, s, query{partition: namesOfKey(of)})
}

// NamesHad are the names that a resource has or had; see ledger.Names.
func (s *Store) NamesHad(ctx context.Context, of event.Resource) ([]names.Entry, error) {
	all, err := s.namesOfResource(ctx, of)
	return slices.DeleteFunc(all, func(e names.Entry) bool { return e.Points }), err
}

// NameSources are the sources of a kind in a place; see ledger.Names.
func (s *Store) NameSources(ctx context.Context, at event.Place, kind string) (all []names.Source, err error) {
	err = s.items(ctx, query{partition: nameSourcesOf(at, kind)}, func(i item) bool {
		all = append(all, names.Source{Place: at, Kind: kind, Zone: textOf(i["zone"])})
		return true
	})
	return all, s.explain(err)
}
