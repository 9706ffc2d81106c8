package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// nameKeeper brings a listing's names of DNS into the index, source by source, and keeps no more than one of them.
type nameKeeper struct {
	store  Store
	at     event.Place
	kind   string
	began  time.Time // what events show from then on is newer than the listing
	source names.Source
	now    []names.Entry
	read   map[names.Source]bool
}

func (a *account) nameKeeper(w want, at event.Place, began time.Time) *nameKeeper {
	if !w.Named {
		return nil
	}
	if event.Global(w.Kind) {
		at.Region = ""
	}
	return &nameKeeper{store: a.Store, at: at, kind: w.Kind, began: began, read: map[names.Source]bool{}}
}

// page takes the names of a page. A source that another follows was read to its end.
func (k *nameKeeper) page(ctx context.Context, p inventory.Page) error {
	if k == nil {
		return nil
	}
	for i := range p.Len() {
		for _, e := range p.Names(i) {
			if of := e.Source(); of != k.source {
				if err := k.flush(ctx); err != nil {
					return err
				}
				k.source = of
			}
			k.now = append(k.now, e)
		}
	}
	return nil
}

func (k *nameKeeper) flush(ctx context.Context) error {
	if k.source == (names.Source{}) {
		return nil
	}
	k.read[k.source] = true
	return k.keep(ctx, k.source)
}

func (k *nameKeeper) keep(ctx context.Context, of names.Source) error {
	_, err := k.store.KeepNames(ctx, k.began, of, k.now)
	k.now = nil
	if err != nil {
		return fmt.Errorf("keep the names of %s in %s %s: %w", k.kind, k.at.Account, k.at.Region, err)
	}
	return nil
}

// end takes that the listing was read to its end: a source that it did not have has no names any more. A listing that broke off does not come
// here, and what of its last source was not read stays as it was known.
func (k *nameKeeper) end(ctx context.Context) error {
	if k == nil {
		return nil
	}
	if err := k.flush(ctx); err != nil {
		return err
	}
	known, err := k.store.NameSources(ctx, k.at, k.kind)
	if err != nil {
		return fmt.Errorf("read which sources have names in %s %s: %w", k.at.Account, k.at.Region, err)
	}
	for _, of := range known {
		if !k.read[of] {
			if err := k.keep(ctx, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanted leaves out what names decide against.
func (a *account) wanted(ctx context.Context, all []playbook.Sighting) (wanted []playbook.Sighting, err error) {
	for _, s := range all {
		is, err := s.Wanted(ctx, a.Names)
		if err != nil {
			return nil, fmt.Errorf("find whose the names of %s are: %w", s.Suspect.Resource.ID, err)
		}
		if is {
			wanted = append(wanted, s)
		}
	}
	return wanted, nil
}
