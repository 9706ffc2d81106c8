// Package savings says what the end of all suspects of sweeps would be worth, from the record and from prices: sums, the largest, and over time.
// All are estimates at list price, and say so.
package savings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Store is what is read of the record.
type Store interface {
	Streaks(ctx context.Context, of ledger.Listing) ([]ledger.Streak, error)
	Coverages(ctx context.Context, account string) ([]ledger.Coverage, error)
}

// Item is one suspect with what its end is worth.
type Item struct {
	Streak ledger.Streak
	Saving playbook.Saving
	Priced bool   // false: unknown, or the playbook is not about money
	Why    string // it is unknown; "" else
}

// Sum is what several suspects come to.
type Sum struct {
	Name     string // of a playbook, an owner, an account
	Suspects int
	Kept     int // of them, that a tag keeps: they are in no sum
	Unpriced int // of them, whose price is unknown
	Negative int // of them, whose way back costs as much as they do, or more: they are in no sum
	Saving   playbook.Saving
}

// Net is what is saved a month in the end.
func (s Sum) Net() float64 { return s.Saving.Net() }

func (s *Sum) add(i Item, now time.Time) {
	s.Suspects++
	switch {
	case i.Streak.Kept.After(now):
		s.Kept++
	case i.Why != "":
		s.Unpriced++
	case i.Priced && i.Saving.Net() <= 0:
		s.Negative++
	case i.Priced:
		s.Saving.Monthly, s.Saving.Kept = s.Saving.Monthly+i.Saving.Monthly, s.Saving.Kept+i.Saving.Kept
	}
}

// Estimate is all that stands.
type Estimate struct {
	All                            Sum
	ByPlaybook, ByOwner, ByAccount []Sum  // the largest first
	Largest                        []Item // the largest net first, at most LargestItems
	Listed                         int    // resources, in all listings
	Places, Failed                 int    // listings, and those of them that were not read to their end
	Oldest                         time.Time
}

// LargestItems is how many suspects an estimate names.
const LargestItems = 50

// mostNames is how many owners and accounts an estimate tells apart; the others are one.
const (
	mostNames = 2000
	others    = "others"
)

// Reader reads the record with prices.
type Reader struct {
	Store  Store
	Books  []playbook.Playbook
	Prices playbook.Prices
	Owner  func(ledger.Streak) string // whose a resource is, as far as the record knows; nil: nobody asks
}

// Estimate reads all streaks, one listing at a time, and keeps sums.
func (r Reader) Estimate(ctx context.Context, now time.Time) (Estimate, error) {
	var e Estimate
	playbooks, owners, accounts := map[string]*Sum{}, map[string]*Sum{}, map[string]*Sum{}
	err := r.each(ctx, "", func(c ledger.Coverage) {
		e.cover(c)
	}, func(_ ledger.Coverage, i Item) {
		e.All.add(i, now)
		named(playbooks, i.Streak.Playbook).add(i, now)
		named(accounts, i.Streak.Resource.Account).add(i, now)
		if r.Owner != nil {
			named(owners, r.Owner(i.Streak)).add(i, now)
		}
		e.note(i, now)
	})
	e.ByPlaybook, e.ByOwner, e.ByAccount = sorted(playbooks), sorted(owners), sorted(accounts)
	e.trim()
	return e, err
}

func (e *Estimate) cover(c ledger.Coverage) {
	e.Places++
	e.Listed += c.Listed
	if c.Error != "" {
		e.Failed++
	}
	if last := c.Last; e.Oldest.IsZero() || last.Before(e.Oldest) {
		e.Oldest = last
	}
}

// note keeps an item while it may be among the largest.
func (e *Estimate) note(i Item, now time.Time) {
	if !i.Priced || i.Saving.Net() <= 0 || i.Streak.Kept.After(now) {
		return
	}
	if e.Largest = append(e.Largest, i); len(e.Largest) >= 20*LargestItems {
		e.trim()
	}
}

func (e *Estimate) trim() {
	slices.SortFunc(e.Largest, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Saving.Net(), a.Saving.Net()), strings.Compare(a.Streak.Resource.String(), b.Streak.Resource.String()), strings.Compare(a.Streak.Playbook, b.Streak.Playbook))
	})
	e.Largest = slices.Clip(e.Largest[:min(len(e.Largest), LargestItems)])
}

func named(sums map[string]*Sum, name string) *Sum {
	if _, ok := sums[name]; !ok && len(sums) >= mostNames {
		name = others
	}
	s, ok := sums[name]
	if !ok {
		s = &Sum{Name: name}
		sums[name] = s
	}
	return s
}

func sorted(sums map[string]*Sum) (all []Sum) {
	for _, s := range sums {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(b.Net(), a.Net()), cmp.Compare(b.Suspects, a.Suspects), strings.Compare(a.Name, b.Name))
	})
	return all
}

// each gives the listings of an account, or of all (""), and their streaks with their worth.
func (r Reader) each(ctx context.Context, account string, listing func(ledger.Coverage), item func(ledger.Coverage, Item)) error {
	all, err := r.Store.Coverages(ctx, account)
	if err != nil {
		return fmt.Errorf("read what was listed: %w", err)
	}
	for _, c := range all {
		listing(c)
		if c.Suspects == 0 && c.Error == "" {
			continue
		}
		streaks, err := r.Store.Streaks(ctx, c.Listing)
		if err != nil {
			return fmt.Errorf("read the suspects of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
		}
		for _, k := range streaks {
			i, err := r.item(ctx, k)
			if err != nil {
				return err
			}
			item(c, i)
		}
	}
	return nil
}

// item asks the streak's playbook what it is worth. One that is not in the catalogue any more says nothing.
func (r Reader) item(ctx context.Context, k ledger.Streak) (Item, error) {
	i := slices.IndexFunc(r.Books, func(b playbook.Playbook) bool { return b.ID == k.Playbook })
	if i < 0 || r.Books[i].Saves == nil {
		return Item{Streak: k}, nil
	}
	saving, err := r.Books[i].Saves(ctx, r.Prices, playbook.StoredSuspect{Playbook: k.Playbook, Severity: playbook.Severity(k.Severity), Resource: k.Resource, Title: k.Title, Facts: k.Facts})
	switch {
	case errors.Is(err, playbook.ErrNoPrice):
		return Item{Streak: k, Why: err.Error()}, nil
	case err != nil:
		return Item{}, fmt.Errorf("what %s costs: %w", k.Resource, err)
	}
	return Item{Streak: k, Saving: saving, Priced: true}, nil
}
