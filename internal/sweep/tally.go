package sweep

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// tallies are what the account's sweep of the day found, by playbook, from the ledger: listings of a process that died are in it.
func (a *account) tallies(ctx context.Context) (map[string]ledger.Tally, error) {
	kinds := map[string][]string{}
	for _, w := range a.want {
		for _, j := range w.by {
			kinds[j.book.ID] = append(kinds[j.book.ID], w.Kind)
		}
	}
	all, err := a.Store.Coverages(ctx, a.duty.Account)
	if err != nil {
		return nil, fmt.Errorf("read the coverage of account %s: %w", a.duty.Account, err)
	}
	out := map[string]ledger.Tally{}
	for _, c := range all {
		var streaks []ledger.Streak
		if c.Suspects > 0 || c.Error != "" {
			if streaks, err = a.Store.Streaks(ctx, c.Listing); err != nil {
				return nil, fmt.Errorf("read the streaks of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
			}
		}
		for id, t := range ledger.TallyOf(a.duty, kinds, []ledger.Swept{{Coverage: c, Streaks: streaks}}) {
			sum := out[id]
			sum.Listed, sum.Suspects, sum.Begun = sum.Listed+t.Listed, sum.Suspects+t.Suspects, sum.Begun+t.Begun
			out[id] = sum
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, m := range a.money {
		t := out[id]
		t.Monthly, t.Unpriced = m.Monthly, m.Unpriced
		out[id] = t
	}
	return out, nil
}

// price asks what the end of a suspect is worth. That it is not known is no error.
func (a *account) price(ctx context.Context, book playbook.Playbook, f *Found) {
	if book.Saves == nil || a.Prices == nil {
		return
	}
	saving, err := book.Saves(ctx, a.Prices, f.Suspect)
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := a.money[book.ID]
	if err != nil {
		f.Unpriced = reason(err)
		sum.Unpriced++
	} else {
		f.Saving = &saving
		sum.Monthly += saving.Monthly
	}
	a.money[book.ID] = sum
}
