package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Keeper is a shelf of any type.
type Keeper interface {
	kind() string
	restore(text []byte) (any, error)
	load(at At, text []byte) error
}

func (s *Shelf[T]) kind() string { return s.Kind }

// rows are what an account has in one region: by kind, then by id.
type rows map[string]any

// UnmarshalJSON leaves each kind as it is, for Restore.
func (r *rows) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*r = rows{}
	for kind, text := range raw {
		(*r)[kind] = text
	}
	return nil
}

// Restore turns what was read from a file into rows.
func (s *State) Restore() error {
	if s.Accounts == nil || s.Notes == nil {
		return errors.New("it has no accounts or notes")
	}
	for id, a := range s.Accounts {
		if a == nil || a.Rows == nil {
			return fmt.Errorf("account %s has no rows", id)
		}
		for region, here := range a.Rows {
			if err := s.services.restore(here); err != nil {
				return fmt.Errorf("account %s, %q: %w", id, region, err)
			}
		}
	}
	return nil
}

func (all Services) restore(here rows) error {
	for kind, text := range here {
		k := all.keeper(kind)
		if k == nil {
			return fmt.Errorf("no service keeps %s", kind)
		}
		read, err := k.restore(text.(json.RawMessage))
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		here[kind] = read
	}
	return nil
}

func (all Services) keeper(kind string) Keeper {
	for _, s := range all {
		for _, r := range s.Resources {
			if r.Shelf != nil && r.Shelf.kind() == kind {
				return r.Shelf
			}
		}
	}
	return nil
}

func (s *Shelf[T]) restore(text []byte) (any, error) {
	all := map[string]*T{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	if all == nil {
		return nil, errors.New("they are null")
	}
	for id, t := range all {
		if t == nil {
			return nil, fmt.Errorf("%s is null", id)
		}
		filled(reflect.ValueOf(t).Elem())
	}
	return all, nil
}

// filled makes the maps that a row lacks: it may have been kept before its type had them.
func filled(row reflect.Value) {
	for i := range row.NumField() {
		switch f := row.Field(i); {
		case row.Type().Field(i).Anonymous && f.Kind() == reflect.Struct:
			filled(f)
		case f.Kind() == reflect.Map && f.IsNil() && f.CanSet():
			f.Set(reflect.MakeMap(f.Type()))
		}
	}
}

// Load puts a row of a kind that is kept in the SDK's own description, given as JSON.
func (at At) Load(kind string, row []byte) error {
	k := at.services.keeper(kind)
	if k == nil {
		return fmt.Errorf("no service keeps %s", kind)
	}
	return k.load(at, row)
}

// load puts a row that is given in the SDK's words.
func (s *Shelf[T]) load(at At, text []byte) error {
	if !strings.HasPrefix(reflect.TypeFor[T]().PkgPath(), "github.com/aws/") {
		return fmt.Errorf("%s has a form of its own", s.Kind)
	}
	t, d := new(T), json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(t); err != nil {
		return fmt.Errorf("%s: %w", s.Kind, err)
	}
	if len(texts(reflect.ValueOf(t), s.ID)) == 0 {
		return fmt.Errorf("%s: one has no %s", s.Kind, s.ID)
	}
	s.Put(at, t)
	return nil
}
