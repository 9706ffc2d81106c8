package sweep

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// reopen opens what is ripe of the listings that this duty has in the ledger already: a process that died after it wrote one may have
// opened nothing of it. What was opened then is opened no second time. Of a listing that broke off nothing is: its streaks may not have been seen.
func (a *account) reopen(ctx context.Context, all []ledger.Coverage, scope Scope) error {
	for _, c := range all {
		if a.Open == nil || c.Duty != a.duty.Name() || c.Error != "" || scope.Region != "" && scope.Region != c.Place.Region {
			continue
		}
		i := slices.IndexFunc(a.want, func(w want) bool { return w.Kind == c.Kind })
		if i < 0 {
			continue
		}
		known, err := a.Store.Streaks(ctx, c.Listing)
		if err != nil {
			return fmt.Errorf("read the streaks of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
		}
		ripe, err := a.ripe(a.want[i], c, known)
		if err != nil {
			return err
		}
		if err := a.open(ctx, c, ripe); err != nil {
			return err
		}
	}
	return nil
}

// ripe are those of a listing's streaks that are to be cases, from the ledger alone.
func (a *account) ripe(w want, c ledger.Coverage, known []ledger.Streak) (ripe []Ripe, err error) {
	for _, k := range known {
		book, judges := w.of(k.Playbook)
		if !judges || k.Kept.After(c.Ended) {
			continue
		}
		s := playbook.StoredSuspect{Playbook: k.Playbook, Severity: playbook.Severity(k.Severity), Title: k.Title, Resource: k.Resource, Facts: k.Facts}
		is, err := book.Ripe(k.Seen(c), s, c.Ended)
		if err != nil {
			return nil, fmt.Errorf("ask %s about %s: %w", book.ID, k.Resource, err)
		}
		if is {
			ripe = append(ripe, Ripe{Streak: k.Seen(c), Suspect: s, Duty: a.duty.Name()})
		}
	}
	return ripe, nil
}
