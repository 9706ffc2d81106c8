package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// account is one account's sweep under way.
type account struct {
	*Sweeper
	duty    ledger.Duty
	before  map[ledger.Listing]ledger.Coverage // as they went last
	budget  *Budget
	watch   Watcher
	lasting time.Duration

	mu    sync.Mutex
	money map[string]ledger.Tally // of what was listed here: dollars alone
}

// list reads one listing, and commits once: coverage and what changes of its streaks. An error is the ledger's, or the end of the context;
// what AWS refuses stands in the coverage.
func (a *account) list(ctx context.Context, w want, p event.Place, aws access.Reads) (ledger.Coverage, error) {
	before := a.before[w.at(p)]
	c := ledger.Coverage{Listing: w.at(p), Duty: a.duty.Name(), Began: a.Now()}
	started := a.budget.of(p)
	sightings, err := a.read(ctx, w, p, aws, &c)
	if ctx.Err() != nil {
		return c, ctx.Err() // it was not AWS that ended it: the next one reads it anew
	}
	took := a.budget.of(p)
	c.Ended, c.Calls, c.Throttled = a.Now(), took.calls-started.calls, took.throttled-started.throttled
	if err != nil {
		c.Error = reason(err)
	}
	c.Judged = map[string]time.Time{}
	for _, j := range w.by {
		c.Judged[j.book.ID] = c.Ended
	}
	c = c.After(before, a.duty.Day)
	return c, a.commit(ctx, w, c, before, sightings)
}

// read lists the pages, and keeps nothing of them but suspects.
func (a *account) read(ctx context.Context, w want, p event.Place, aws access.Reads, c *ledger.Coverage) (all []playbook.Sighting, err error) {
	named := a.nameKeeper(w, p, c.Began)
	for page, err := range w.Pages(ctx, aws, p) {
		if err != nil {
			return all, err
		}
		c.Listed += page.Len()
		if err := named.page(ctx, page); err != nil {
			return all, err
		}
		found, err := w.see(page)
		if err != nil {
			return all, err
		}
		if found, err = a.wanted(ctx, found); err != nil {
			return all, err
		}
		if all = append(all, found...); len(all) > mostSeen {
			return all, fmt.Errorf("more than %d suspects", mostSeen)
		}
		a.watch.Page(p, w.Kind, page.Len())
	}
	return all, named.end(ctx)
}

func (a *account) commit(ctx context.Context, w want, c, before ledger.Coverage, sightings []playbook.Sighting) error {
	known, err := a.Store.Streaks(ctx, c.Listing)
	if err != nil {
		return fmt.Errorf("read the streaks of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
	}
	all := w.weigh(sightings, known, c.Ended, a.lasting)
	t := compare(known, all, c, before, c.Begins(before, a.duty.Day), func(id string) bool { _, judges := w.of(id); return judges })
	c.Suspects, c.Begun, c.Broken = len(t.streaks), t.begun, t.broken
	if err := a.Store.Swept(ctx, a.duty, c, t.changes); err != nil {
		return fmt.Errorf("keep the listing of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
	}
	found, ripe, err := a.ripen(ctx, w, c, all, t)
	if err != nil {
		return err
	}
	a.watch.Listed(c, found)
	return a.open(ctx, c, ripe)
}

func (a *account) open(ctx context.Context, c ledger.Coverage, ripe []Ripe) error {
	if a.Open == nil || len(ripe) == 0 {
		return nil
	}
	if err := a.Open(ctx, ripe); err != nil {
		return fmt.Errorf("open what is ripe of %s in %s %s: %w", c.Kind, c.Place.Account, c.Place.Region, err)
	}
	return nil
}

// ripen asks the playbooks which streaks are to be cases. What a tag keeps, or may keep, is none.
func (a *account) ripen(ctx context.Context, w want, c ledger.Coverage, all []seen, t turn) (found []Found, ripe []Ripe, err error) {
	told := map[id]bool{}
	for _, s := range all {
		at := id{s.Suspect.Playbook, s.Suspect.Resource}
		book, known := w.of(s.Suspect.Playbook)
		if told[at] || !known {
			continue
		}
		told[at] = true
		k := t.streaks[at]
		f := Found{Suspect: s.Suspect, Streak: k.Seen(c), Kept: k.Kept, Case: k.Case, Held: s.held}
		if s.held == "" && !k.Kept.After(c.Ended) {
			if f.Ripe, err = book.Ripe(f.Streak, s.Suspect, c.Ended); err != nil {
				return nil, nil, fmt.Errorf("ask %s about %s: %w", book.ID, s.Suspect.Resource, err)
			}
		}
		a.price(ctx, book, &f)
		if found = append(found, f); f.Ripe {
			ripe = append(ripe, Ripe{Streak: f.Streak, Suspect: s.Suspect, Duty: a.duty.Name()})
		}
	}
	return found, ripe, nil
}

// reason is why a listing was not read to its end, in one line and bounded: it comes from AWS, and is shown.
func reason(err error) string {
	const most = 300
	for _, known := range []error{ErrThrottled, ErrSpent} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	text := err.Error()
	if len(text) > most {
		text = text[:most] + "..."
	}
	return text
}
