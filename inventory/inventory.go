// Package inventory says what a sweep can list: one file a type of resource, each a typed value with its pages, ids and tags.
package inventory

import (
	"context"
	"fmt"
	"iter"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Type is one type of resource that can be listed. T is the SDK's own type wherever that says all. A type is listed once per place and
// sweep, for all playbooks that want it.
type Type[T any] struct {
	Kind  string    // of event/types.go; also the listing's name in coverage
	Reads []call.ID // every call that Pages may make
	// Pages reads the listing from its first page to its last. An error ends it: what came before stands, what would have come
	// is unknown. Nothing of a page is kept by it. Of a kind that has no region, the place has none.
	Pages func(context.Context, access.Reads, event.Place) iter.Seq2[[]T, error]
	ID    func(T) string            // within its type, as event.Resource has it
	Tags  func(T) map[string]string // nil for a type whose listing shows none
	// Names are the names of DNS that an item has, or points to; nil for a type that has none. Pure. What is read of one source stands together.
	Names func(at event.Place, item T) []names.Entry
	// Everywhere: each place has some, whatever lies there. That it lists one does not show that the place is used.
	Everywhere bool
}

// Listing is a Type with its item's type erased: what the schedule runs, beside items that only its playbooks understand.
type Listing struct {
	Kind       string
	Reads      []call.ID
	Everywhere bool // see Type.Everywhere
	Named      bool // its items have names of DNS, or point to some
	pages      func(context.Context, access.Reads, event.Place) iter.Seq2[Page, error]
}

// Page is some items of one listing, in the place that was listed.
type Page struct {
	at    event.Place
	kind  string
	items any // []T
	count int
	item  func(int) (id string, tags map[string]string)
	names func(int) []names.Entry
}

// Listing erases the type of the items.
func (t Type[T]) Listing() Listing {
	return Listing{Kind: t.Kind, Reads: t.Reads, Everywhere: t.Everywhere, Named: t.Names != nil, pages: func(ctx context.Context, aws access.Reads, at event.Place) iter.Seq2[Page, error] {
		return func(yield func(Page, error) bool) {
			for items, err := range t.Pages(ctx, aws, at) {
				if err != nil {
					yield(Page{}, err)
					return
				}
				if !yield(t.page(at, items), nil) {
					return
				}
			}
		}
	}}
}

func (t Type[T]) page(at event.Place, items []T) Page {
	p := Page{at: at, kind: t.Kind, items: items, count: len(items), item: func(i int) (string, map[string]string) {
		if t.Tags == nil {
			return t.ID(items[i]), nil
		}
		return t.ID(items[i]), t.Tags(items[i])
	}}
	if t.Names != nil {
		p.names = func(i int) []names.Entry { return t.Names(at, items[i]) }
	}
	return p
}

// Pages reads the listing, page by page. See Type.Pages.
func (l Listing) Pages(ctx context.Context, aws access.Reads, at event.Place) iter.Seq2[Page, error] {
	if event.Global(l.Kind) {
		at.Region = ""
	}
	return l.pages(ctx, aws, at)
}

// Len is how many items the page has.
func (p Page) Len() int { return p.count }

// At returns the resource of an item, and its tags; nil where the listing shows none.
func (p Page) At(i int) (event.Resource, map[string]string) {
	id, tags := p.item(i)
	return p.at.In(p.kind, id), tags
}

// Names are the names of DNS that an item has, or points to.
func (p Page) Names(i int) []names.Entry {
	if p.names == nil {
		return nil
	}
	return p.names(i)
}

// Items returns what a page of a type holds. A page of another type is the fault of the program that mixed the two, and an error.
func Items[T any](t Type[T], p Page) ([]T, error) {
	items, ok := p.items.([]T)
	if !ok || p.kind != t.Kind {
		return nil, fmt.Errorf("a page of %s was given to what wants %s", p.kind, t.Kind)
	}
	return items, nil
}
