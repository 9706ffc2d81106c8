package core

import (
	"maps"
	"reflect"
	"slices"
)

// Shelf is where a place keeps one kind of resource. A row is the SDK's own description where that says all, else a struct
// of the service's.
type Shelf[T any] struct {
	Kind    string                   // ec2.instance
	ID      string                   // the field of a row that holds its id
	Global  bool                     // an account has one, whatever the region
	Missing func(id string) *Refusal // the service's words for an id that is not there
	Born    func(At) []T             // what a place has from the beginning
	Filters map[string]string        // paths in what is listed, by the filter that asks for them: status -> State.Name
}

// Of are the rows of a place, by id.
func (s *Shelf[T]) Of(at At) map[string]*T {
	if s.Global {
		at.Place.Region = ""
	}
	account := at.Accounts[at.Place.Account]
	here, ok := account.Rows[at.Place.Region]
	if !ok {
		here = rows{}
		account.Rows[at.Place.Region] = here
	}
	all, ok := here[s.Kind].(map[string]*T)
	if !ok {
		all = map[string]*T{}
		here[s.Kind] = all
		if s.Born != nil {
			for _, t := range s.Born(at) {
				s.Put(at, &t)
			}
		}
	}
	return all
}

// Everywhere are the rows that all accounts have in the region of a place, by account and id.
func (s *Shelf[T]) Everywhere(at At) []*T {
	var all []*T
	for _, account := range slices.Sorted(maps.Keys(at.Accounts)) {
		if _, ok := at.Accounts[account].Rows[at.Place.Region]; ok {
			all = append(all, s.Sorted(at.State.At(account, at.Place.Region))...)
		}
	}
	return all
}

// Sorted are the rows of a place in the order of their ids.
func (s *Shelf[T]) Sorted(at At) []*T {
	rows := s.Of(at)
	all := make([]*T, 0, len(rows))
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		all = append(all, rows[id])
	}
	return all
}

// Find is the row with an id, or the service's refusal.
func (s *Shelf[T]) Find(at At, id *string) (*T, *Refusal) {
	name := ""
	if id != nil {
		name = *id
	}
	if t, ok := s.Of(at)[name]; ok {
		return t, nil
	}
	return nil, s.Missing(name)
}

// Some are the rows with several ids: one that does not exist fails all.
func (s *Shelf[T]) Some(at At, ids []string) ([]*T, *Refusal) {
	found := make([]*T, 0, len(ids))
	for _, id := range ids {
		t, refused := s.Find(at, &id)
		if refused != nil {
			return nil, refused
		}
		found = append(found, t)
	}
	return found, nil
}

// Found answers with the row that a field of the input names, or refuses in the shelf's words.
func Found[I, O, T any](s *Shelf[T], field string, answer func(*Call, *I, *T) (*O, *Refusal)) func(*Call, *I) (*O, *Refusal) {
	return func(c *Call, in *I) (*O, *Refusal) {
		t, refused := s.Find(c.At, reflect.ValueOf(in).Elem().FieldByName(field).Interface().(*string))
		if refused != nil {
			return nil, refused
		}
		return answer(c, in, t)
	}
}

// FoundAll answers with the rows that a field of the input lists; one that does not exist fails the call.
func FoundAll[I, O, T any](s *Shelf[T], field string, answer func(*Call, *I, []*T) (*O, *Refusal)) func(*Call, *I) (*O, *Refusal) {
	return func(c *Call, in *I) (*O, *Refusal) {
		all, refused := s.Some(c.At, reflect.ValueOf(in).Elem().FieldByName(field).Interface().([]string))
		if refused != nil {
			return nil, refused
		}
		return answer(c, in, all)
	}
}

// Put keeps a row under its id.
func (s *Shelf[T]) Put(at At, t *T) *T {
	filled(reflect.ValueOf(t).Elem())
	s.Of(at)[texts(reflect.ValueOf(t), s.ID)[0]] = t
	return t
}
