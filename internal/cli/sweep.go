package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/setup"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/sweep"
)

type sweepVerb struct {
	ledgerFlag
	Account  string      `placeholder:"ID" help:"Only this account."`
	Region   string      `placeholder:"REGION" help:"Only this region."`
	Playbook string      `placeholder:"ID" help:"Only what this playbook looks for."`
	List     bool        `help:"List what the ledger has, and ask AWS nothing."`
	When     bool        `help:"Say when each account is swept, and when it was."`
	History  config.Span `placeholder:"30d" help:"Say what the sweeps of so many days found, and ask AWS nothing."`
	By       string      `enum:",owner,account,playbook,method" default:"" placeholder:"KEY" help:"Count suspects by owner, account, playbook or method of deployment, the most first."`
}

const accountsAtOnce = 8

// Run sweeps.
func (v sweepVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(ctx, sh)
	if err == nil {
		err = v.checked(c)
	}
	if err != nil {
		return err
	}
	switch {
	case v.List:
		return v.list(ctx, sh)
	case v.When:
		return v.when(ctx, sh)
	case v.History > 0:
		return v.history(ctx, sh)
	}
	store, keeps, err := v.store(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(v.sweep(ctx, sh, c, store, keeps), store.Close())
}

// checked refuses what can't be meant.
func (v sweepVerb) checked(c *config.Config) error {
	var ids []string
	for _, b := range c.Playbooks {
		if len(b.Sweeps) > 0 {
			ids = append(ids, b.ID)
		}
	}
	reads := 0
	for _, on := range []bool{v.List, v.When, v.History > 0} {
		if on {
			reads++
		}
	}
	switch {
	case v.Account != "" && !twelveDigits.MatchString(v.Account):
		return wrongUsage("--account wants the twelve digits of an account, found %q", v.Account)
	case v.Playbook != "" && !slices.Contains(ids, v.Playbook):
		return wrongUsage("no playbook %q looks for anything in a sweep%s", v.Playbook, spelling.Among(v.Playbook, ids))
	case v.Region != "" && !known(v.Region):
		return wrongUsage("%q is not a region%s", v.Region, region.Hint(v.Region))
	case reads > 1:
		return wrongUsage("--list, --when and --history are one or the other")
	}
	return nil
}

func known(name string) bool {
	_, is := region.Of(name)
	return is || region.Possible(name)
}

// store is the ledger; without a configuration, and where none is named, one that is gone at the end.
func (v sweepVerb) store(ctx context.Context, c *config.Config) (store ledger.Store, keeps bool, err error) {
	if c.File == "" && v.Ledger == "" {
		store, err = sqlite.Open(ctx, sqlite.Memory)
		return store, false, err
	}
	store, err = v.connect(ctx, c)
	return store, true, err
}

// swept is a sweep that a person waits for.
type swept struct {
	sweepVerb
	app   *app.App
	store sweep.Store
	keeps bool
	shows *sweepShown
}

func (v sweepVerb) sweep(ctx context.Context, sh *shell, c *config.Config, store ledger.Store, keeps bool) error {
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	a := app.New(app.Parts{Config: c, Kinds: sh.kinds, Store: store, AWS: base, Now: sh.now, Name: replica(), Log: slog.New(slog.DiscardHandler)})
	accounts, err := v.accounts(ctx, a, base)
	if err != nil {
		return err
	}
	s := &swept{sweepVerb: v, app: a, store: store, keeps: keeps, shows: newSweepShown(sh, c, v.Playbook, len(accounts))}
	err = s.all(ctx, accounts)
	s.shows.bar.clear()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return s.shows.print(v.By)
}

// accounts are those that are defended, or the caller's own where none is named.
func (v sweepVerb) accounts(ctx context.Context, a *app.App, base func(event.Place) aws.Config) ([]string, error) {
	if v.Account != "" {
		return []string{v.Account}, nil
	}
	if a.Config.Organization.Discover {
		if err := a.Organization.Look(ctx); err != nil {
			return nil, err
		}
	}
	if all := a.Accounts(); len(all) > 0 {
		return all, nil
	}
	own, err := setup.Open(ctx, base, "")
	if err != nil {
		return nil, err
	}
	return []string{own.Caller().Account}, nil
}

func (s *swept) all(ctx context.Context, accounts []string) error {
	room := make(chan struct{}, accountsAtOnce)
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for _, id := range accounts {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			if err := s.one(ctx, id); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
			}
		})
	}
	group.Wait()
	return errors.Join(failed, ctx.Err())
}

// one sweeps an account: as its duty of the day where that is free and all of it is meant, else it only looks.
func (s *swept) one(ctx context.Context, id string) error {
	scope := sweep.Scope{Region: s.Region, Playbook: s.Playbook, All: true}
	day := s.app.Now().In(s.app.Config.Sweep.Zone.Location()).Format(time.DateOnly)
	if s.keeps && s.Region == "" && s.Playbook == "" {
		d, free, err := s.app.Sweeper(s.store, replica(), true, nil, slog.New(slog.DiscardHandler)).Account(ctx, day, id, scope, s.shows)
		if err != nil || free {
			s.shows.ended(d)
			return others(err)
		}
	}
	looking := sweep.Looking{}
	if s.keeps {
		looking.From = s.store
	}
	d, _, err := s.app.Sweeper(looking, replica(), false, nil, slog.New(slog.DiscardHandler)).Account(ctx, day, id, scope, s.shows)
	s.shows.looked(d)
	return others(err)
}

// others is an account's error where it is one of all: whose regions can't be read is shown as what was missed.
func others(err error) error {
	if errors.Is(err, sweep.ErrRegions) {
		return nil
	}
	return err
}

// among reports whether a listing is in what the person asked for.
func (v sweepVerb) among(c ledger.Coverage) bool {
	return (v.Account == "" || v.Account == c.Place.Account) && (v.Region == "" || v.Region == c.Place.Region)
}

func where(p event.Place) string { return strings.TrimSpace(p.Account + " " + p.Region) }
