package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/source"
)

const (
	fresh    = 5 * time.Minute  // between two looks at the organisation
	old      = 15 * time.Minute // how long a stranger is one without another look
	pause    = 10 * time.Second // the least between two looks: strangers must not keep us at it
	seldom   = time.Hour        // between two looks at an account's regions
	longLook = 3 * time.Minute  // the longest that a look may take
	patience = 2 * time.Second  // how long an event waits for one: senders of events give up after five
	crowd    = 10_000           // strangers remembered, so that inventing accounts fills no memory
)

// directory is where an organisation is looked up.
type directory interface {
	Accounts(ctx context.Context, partition string) ([]cloud.Account, error)
	Regions(ctx context.Context, at event.Place) ([]string, error)
}

// Organization is which accounts riposte defends: those of the configuration, and with discovery those that AWS
// Organizations had when it answered last. What it has not answered yet is not known: such an event has to come again.
type Organization struct {
	config *config.Config
	home   func() event.Place // where the process runs
	aws    directory
	now    func() time.Time
	log    *slog.Logger

	mu        sync.Mutex
	found     map[string]cloud.Account // nil: not answered yet
	asked     time.Time                // when the answer that we have was asked for
	tried     time.Time                // when it was asked last
	failed    error                    // of the last time
	since     time.Time                // it fails
	strangers map[string]time.Time     // accounts that are not in it, and when each was seen first
	regions   map[string]enabled       // by account
	flight    chan struct{}            // closed when the look under way ends; nil: none is
}

// enabled are the regions of an account, as of a moment.
type enabled struct {
	names []string
	at    time.Time
}

// organization has not looked yet: nothing is called before the first event, or before Watch.
func organization(c *config.Config, home func() event.Place, aws directory, now func() time.Time, log *slog.Logger) *Organization {
	return &Organization{
		config: c, home: home, aws: aws, now: now, log: log, strangers: map[string]time.Time{}, regions: map[string]enabled{},
	}
}

// Watch keeps looking until the context ends: a new account joins, a suspended one leaves. Without discovery there is
// nothing to watch.
func (o *Organization) Watch(ctx context.Context) {
	if !o.config.Organization.Discover {
		return
	}
	for ctx.Err() == nil {
		wait := fresh
		if err := o.Look(ctx); err != nil {
			wait = 3 * pause
		}
		o.lookAround(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// Inherit takes over what the riposte before knew, which its configuration was exchanged for: AWS Organizations may be away
// just then, and an account that was defended a moment ago must not become a stranger. The next answer takes its place.
func (o *Organization) Inherit(before *Organization) {
	if !o.config.Organization.Discover {
		return
	}
	before.mu.Lock()
	found, asked, regions := before.found, before.asked, maps.Clone(before.regions)
	before.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found == nil && found != nil {
		o.found, o.asked, o.regions = found, asked, regions
	}
}

// Ours tells whether an account belongs to the organisation. One that was never seen has the organisation looked at
// before the answer is no: it may have joined a minute ago. As long as that takes, its events alone are postponed; before
// Organizations has answered at all no event can be stored.
func (o *Organization) Ours(ctx context.Context, account string) (bool, error) {
	if ours, settled := o.settled(account); settled {
		o.mu.Lock()
		outdated := o.config.Organization.Discover && o.now().Sub(o.asked) >= fresh
		o.mu.Unlock()
		if outdated {
			o.take(ctx) // what was known last counts meanwhile
		}
		return ours, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := o.Look(ctx)
	if ours, settled := o.settled(account); settled {
		return ours, nil
	}
	if err == nil {
		err = fmt.Errorf("it was looked for less than %v ago", pause)
	}
	err = fmt.Errorf("whether it belongs to the organisation is not known yet: %w", err)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found != nil {
		err = &source.Postponed{Err: err}
	}
	return false, err
}

// settled returns the answer from what is known; settled is false if a look has to come first.
func (o *Organization) settled(account string) (ours, settled bool) {
	_, listed := o.config.Account(account)
	if !o.config.Organization.Discover {
		return listed || len(o.config.Organization.Accounts) == 0, true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	a, found := o.found[account]
	switch {
	case found:
		return a.Active, true
	case listed:
		return true, true // the configuration lists it, and Organizations does not say otherwise
	case o.found == nil:
		return false, false
	}
	first, seen := o.strangers[account]
	if !seen {
		if len(o.strangers) >= crowd {
			clear(o.strangers)
		}
		o.strangers[account] = o.now()
	}
	return false, seen && !o.asked.Before(first) && o.now().Sub(o.asked) <= old
}
