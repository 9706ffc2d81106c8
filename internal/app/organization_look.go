package app

import (
	"context"
	"errors"
	"sync"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// atOnce is how many accounts are asked for their regions at a time.
const atOnce = 8

// Look asks AWS Organizations, at most once in a while, and waits for the answer as long as the context lets it: the look
// itself goes on, for the next caller. The error is of the last look, by any caller.
func (o *Organization) Look(ctx context.Context) error {
	flight := o.take(ctx)
	if flight != nil {
		select {
		case <-flight:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// take joins the look under way or begins one; nil where it is too early for another.
func (o *Organization) take(ctx context.Context) chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	early := now.Sub(o.tried)
	if o.flight != nil || !o.tried.IsZero() && early >= 0 && early < pause {
		return o.flight
	}
	o.flight, o.tried = make(chan struct{}), now
	go o.ask(context.WithoutCancel(ctx), o.flight)
	return o.flight
}

func (o *Organization) ask(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, longLook)
	defer cancel()
	accounts, err := o.aws.Accounts(ctx, o.home().Partition)
	if err == nil && len(accounts) == 0 {
		err = errors.New("AWS Organizations lists no account at all, not even its own")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	defer close(done)
	o.flight = nil
	if err != nil && o.failed == nil {
		o.since = o.tried
	}
	if o.failed = err; err != nil {
		o.log.Error("the organisation can't be read: what was known last stays", "error", err, "since", o.since, "accounts", len(o.found))
	}
	if len(accounts) > 0 { // with an error, the units alone could not be read
		o.asked = o.tried
		o.learn(accounts)
	}
}

// learn takes the answer for the truth. Strangers are forgotten after a while: an account may still join. One whose unit
// was not read stays where it was.
func (o *Organization) learn(accounts []cloud.Account) {
	before, first := o.found, o.found == nil
	o.found = make(map[string]cloud.Account, len(accounts))
	for _, a := range accounts {
		if a.OUs == nil {
			a.OUs = before[a.ID].OUs
		}
		o.found[a.ID] = a
		if was := before[a.ID]; !first && was.Active != a.Active {
			o.log.Info("an account of the organisation", "account", a.ID, "name", a.Name, "defended", a.Active)
		}
	}
	for id, was := range before {
		if _, still := o.found[id]; !still && was.Active {
			o.log.Warn("an account left the organisation", "account", id, "name", was.Name)
		}
	}
	for id, seen := range o.strangers {
		if o.asked.Sub(seen) > old {
			delete(o.strangers, id)
		}
	}
	if first {
		o.log.Info("the organisation is known", "accounts", len(o.found))
	}
}

// lookAround asks the accounts that were not asked for a while for the regions that are enabled in them. One that does not answer keeps those that were known,
// is told by Unreachable, and does not stop the others.
func (o *Organization) lookAround(ctx context.Context) {
	var all sync.WaitGroup
	places := make(chan event.Place)
	for range atOnce {
		all.Go(func() {
			for at := range places {
				names, err := o.aws.Regions(ctx, at)
				if ctx.Err() == nil {
					o.heard(at.Account, names, err)
				}
			}
		})
	}
	for _, m := range o.Members() {
		at := o.home()
		at.Account = m.ID
		if listed := o.config.Organization.Regions; len(listed) > 0 {
			at.Region = listed[0] // a guardrail may have closed the others
		}
		o.mu.Lock()
		known, asked := o.regions[m.ID]
		o.mu.Unlock()
		if !asked || o.now().Sub(known.at) > seldom {
			places <- at
		}
	}
	close(places)
	all.Wait()
}

// heard keeps what an account says of its regions, or what it said last.
func (o *Organization) heard(account string, names []string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.log.Warn("an account does not say which regions are enabled in it", "account", account, "error", err)
		names = o.regions[account].names
	}
	o.regions[account] = enabled{names, o.now()}
}

// failing is what Organizations itself is told by where it does not answer.
func (o *Organization) failing() []cloud.Unreachable {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failed == nil {
		return nil
	}
	return []cloud.Unreachable{{Region: cloud.OrganizationsIn(o.home().Partition).Region, Purpose: cloud.Own, Why: o.failed.Error(), Since: o.since}}
}
