package playbook

import (
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
)

// Listing is what a playbook wants a sweep to list, with its rule over each item: beside triggers, or without any.
type Listing[P, F any] struct {
	listing inventory.Listing
	judge   func(P, inventory.Page, func(Listed[F])) error
}

// Listed is an item that a playbook looks for. Facts hold nothing that changes from day to day (an age, a price): what differs
// from one sweep to the next would be asked again each day.
type Listed[F any] struct {
	Suspect Suspect[F]
	// Since is AWS's own time from which on the resource is proven to be so; zero: no such time is known, and the streak begins with
	// the sweep that first saw it.
	Since time.Time
	// Free and Lost are names of DNS: where there are any, it is looked for only where one of Free is nobody's of ours, or one of Lost was ours and is
	// gone, and every account that could have it was read.
	Free, Lost []names.Key
}

// List is a listing judged by a pure rule, which makes no call. The rule is asked about each item; nil: not what is looked for.
func List[T, P, F any](t inventory.Type[T], rule func(at event.Resource, item T, p P) *Listed[F]) Listing[P, F] {
	return Listing[P, F]{listing: t.Listing(), judge: func(p P, page inventory.Page, found func(Listed[F])) error {
		items, err := inventory.Items(t, page)
		if err != nil {
			return err
		}
		for i := range items {
			at, tags := page.At(i)
			if l := rule(at, items[i], p); l != nil {
				l.Suspect.Tags = tags
				if l.Suspect.Resource == (event.Resource{}) {
					l.Suspect.Resource = at
				}
				found(*l)
			}
		}
		return nil
	}}
}

// ListNames has a type listed for the names of DNS that its items have, and looks for nothing in it.
func ListNames[T, P, F any](t inventory.Type[T]) Listing[P, F] {
	return List(t, func(event.Resource, T, P) *Listed[F] { return nil })
}

// Sweep is a Listing with its types erased and bound to its parameters.
type Sweep struct {
	Listing inventory.Listing
	// Judge returns what the playbook looks for on a page, at rest and without origin, each with since when it is proven to be so
	// (zero: not proven).
	Judge func(inventory.Page) ([]Sighting, error)
}

// Sighting is what a sweep saw of one resource.
type Sighting struct {
	Suspect StoredSuspect // without Origin
	Since   time.Time
	Free    []names.Key // see Listed
	Lost    []names.Key
	Kept    time.Time // until when a tag keeps it, as Keep reads them; zero: no tag does
}

// Streak says since when a resource has been what a playbook looks for, without a break. The ledger keeps it.
type Streak struct {
	Since time.Time // from AWS where that proves one, else First
	First time.Time // first sighting by a sweep
	Last  time.Time // last sighting: the last complete listing of its type there
	Seen  int       // by how many complete listings, First included: at most one counts a day
	Told  time.Time // when its owner was told; zero: not yet
}

// For is how long the streak has lasted.
func (s Streak) For(now time.Time) time.Duration { return now.Sub(s.Since) }

// Concern says what a playbook's findings are about: of waste, Security Hub hears nothing.
type Concern string

const (
	Security  Concern = "security"
	Cost      Concern = "cost"
	Ownership Concern = "ownership"
)
