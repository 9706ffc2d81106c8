package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/playbook"
)

// How long a tag without an end keeps a resource, from its first sight.
const (
	keptOutside    = 30 * 24 * time.Hour
	keptProduction = 365 * 24 * time.Hour
)

// Sweeper sweeps what this riposte defends, into a store; where what is ripe is opened, its cases are in this riposte's ledger.
func (a *App) Sweeper(store sweep.Store, name string, opens bool, m sweep.Meter, log *slog.Logger) *sweep.Sweeper {
	home := a.Organization.home()
	if home.Region == "" {
		home = cloud.Global(home)
	}
	o := sweep.Options{
		Store: store, Playbooks: a.Config.Playbooks, Partition: home.Partition, Name: name, Now: a.Now, Log: log, Meter: m, Limit: a.Config.Sweep.CallsPerAccount,
		Regions: func(ctx context.Context, account string) ([]string, error) {
			return a.access.Regions(ctx, event.Place{Partition: home.Partition, Account: account, Region: home.Region})
		},
		Reads:   func(at event.Place, b *sweep.Budget) access.Reads { return a.access.Listing(at, b) },
		Lasting: a.lasting, Prices: a.prices, Names: a.names,
	}
	if opens {
		o.Open = func(ctx context.Context, ripe []sweep.Ripe) error { return a.openRipe(ctx, ripe, m, log) }
	}
	return sweep.New(o)
}

// rounds are the sweeps that the schedule wants; nil where it wants none, or nothing is to be listed.
func (a *App) rounds(p Parts) *sweep.Rounds {
	at, on := p.Config.Sweep.At.Since()
	if !on || p.Sweeps == nil {
		return nil
	}
	s := a.Sweeper(p.Store, p.Name, true, p.Sweeps, p.Log)
	if !s.Wants() {
		return nil
	}
	return &sweep.Rounds{
		Sweeper: s, Schedule: Schedule(p.Config, at), Accounts: a.Accounts, Started: p.Now(),
		Told: func(account string, d ledger.Duty, err error) {
			switch {
			case err != nil:
				p.Log.Warn("a sweep was not finished: who takes it over goes on", "account", account, "day", d.Day, "error", err)
			case d.Error != "":
				p.Log.Warn("a sweep could not list all", "account", account, "day", d.Day, "calls", d.Calls, "missed", d.Error)
			default:
				p.Log.Info("swept", "account", account, "day", d.Day, "calls", d.Calls)
			}
		},
		Swept: func(ctx context.Context) { a.surges(ctx, p.Log) },
	}
}

// surges holds the playbooks whose sweeps suddenly find more, and has people paged.
func (a *App) surges(ctx context.Context, log *slog.Logger) {
	held, err := a.Engine.Surges(ctx)
	if err != nil && ctx.Err() == nil {
		log.Warn("whether sweeps suddenly find more could not be said: looked at again after the next", "error", err)
	}
	if len(held) == 0 || a.Desk == nil {
		return
	}
	if err := a.Desk.Surged(ctx); err != nil && ctx.Err() == nil {
		log.Warn("people are not told yet that sweeps suddenly find more: tried again within the hour", "error", err)
	}
}

// sweepLimits are the breakers of what sweeps change.
func sweepLimits(l config.SweepLimits) gate.SweepLimits {
	return gate.SweepLimits{Playbook: l.PerPlaybook, Account: l.PerAccount, Organisation: l.Organisation, Share: l.SharePercent}
}

// Schedule is the one that the configuration has, beginning so long after midnight.
func Schedule(c *config.Config, at time.Duration) sweep.Schedule {
	return sweep.Schedule{At: at, Zone: c.Sweep.Zone.Location(), Spread: time.Duration(c.Sweep.Spread)}
}

// Accounts are those that are defended now, as far as is known.
func (a *App) Accounts() []string { return a.Organization.memberIDs() }

// memberIDs are the ids of the accounts.
func (o *Organization) memberIDs() (ids []string) {
	for _, m := range o.Members() {
		ids = append(ids, m.ID)
	}
	return ids
}

func (a *App) lasting(account string) time.Duration {
	if a.Config.InProduction(account) {
		return keptProduction
	}
	return keptOutside
}

// openRipe makes suspects of what is ripe, where riposte does more than observe. What an event should have brought is looked up, and received as
// its record has it; what the event history has no room for today is left for the next sweep.
func (a *App) openRipe(ctx context.Context, ripe []sweep.Ripe, m sweep.Meter, log *slog.Logger) error {
	var all []playbook.StoredSuspect
	later := 0
	for _, r := range ripe {
		mode := a.Engine.ModeOf(r.Suspect.Playbook, r.Suspect.Resource.Place())
		if mode != gate.Act && mode != gate.Ask {
			continue
		}
		known, err := a.reconciler.recorded(ctx, r.Suspect, m)
		switch {
		case errors.Is(err, playbook.ErrNotNow):
			later++
		case err != nil:
			return err
		case !known:
			all = append(all, ofStreak(r, mode, a.Now()))
		}
	}
	if later > 0 {
		log.Warn("the event history had no room for what a sweep found: it is looked up by the next", "found", later)
	}
	if len(all) == 0 {
		return nil
	}
	ads, err := a.Engine.Sweep(ctx, all...)
	if err != nil {
		return fmt.Errorf("open what a sweep found: %w", err)
	}
	missed := 0
	for i, ad := range ads {
		if _, eventful := a.reconciler.eventful(all[i].Playbook); eventful && wasMissed(ad) {
			missed++
		}
	}
	reconcile(m, missed)
	return nil
}

// ofStreak is the suspect of a ripe streak, as one of a sweep.
func ofStreak(r sweep.Ripe, mode gate.Decision, now time.Time) playbook.StoredSuspect {
	s := r.Suspect
	s.Origin = playbook.Origin{
		EventID: ledger.StreakEventID(r.Streak.First, string(mode)), Name: "sweep", Source: "riposte", Sweep: r.Duty,
		Occurred: r.Streak.Since, Received: now, Place: s.Resource.Place(),
	}
	return s
}
