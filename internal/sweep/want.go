package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

// want is a type that is listed once a place, for all playbooks that judge it.
type want struct {
	inventory.Listing
	by []judge
}

// judge is a playbook's rule over a type.
type judge struct {
	book  playbook.Playbook
	sweep playbook.Sweep
}

// wants are the types that playbooks want, by kind: the order of the catalogue must not decide what is listed first.
func wants(books []playbook.Playbook) (all []want) {
	for _, b := range books {
		for _, s := range b.Sweeps {
			i := slices.IndexFunc(all, func(w want) bool { return w.Kind == s.Listing.Kind })
			if i < 0 {
				i, all = len(all), append(all, want{Listing: s.Listing})
			}
			all[i].by = append(all[i].by, judge{b, s})
		}
	}
	slices.SortFunc(all, func(a, b want) int { return cmp.Compare(a.Kind, b.Kind) })
	return all
}

// at are the types that a place has: those without a region in the one place that has none.
func at(all []want, p event.Place) (here []want) {
	for _, w := range all {
		if event.Global(w.Kind) == (p.Region == "") {
			here = append(here, w)
		}
	}
	return here
}

// of is the playbook that judges this type by the name; false where none does.
func (w want) of(id string) (playbook.Playbook, bool) {
	for _, j := range w.by {
		if j.book.ID == id {
			return j.book, true
		}
	}
	return playbook.Playbook{}, false
}

// see asks every playbook about a page.
func (w want) see(page inventory.Page) (all []playbook.Sighting, err error) {
	for _, j := range w.by {
		found, err := j.sweep.Judge(page)
		if err != nil {
			return nil, fmt.Errorf("judge %s for %s: %w", w.Kind, j.book.ID, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func (w want) at(p event.Place) ledger.Listing { return ledger.Listing{Place: p, Kind: w.Kind} }
