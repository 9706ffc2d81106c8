package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	lease     = 5 * time.Minute // of a duty: after it another process takes over from one that died
	renewals  = lease / 5
	releasing = 2 * time.Second
	rare      = 7 * 24 * time.Hour // between two listings of a place that was empty three times
	empties   = 3
	mostNamed = 20 // listings that a duty's error names
)

// nobody is the Watcher of a sweep that is not watched.
type nobody struct{}

func (nobody) Places(int)                      {}
func (nobody) Page(event.Place, string, int)   {}
func (nobody) Listed(ledger.Coverage, []Found) {}
func (nobody) Done(event.Place)                {}

// Scope narrows a sweep that a person asked for.
type Scope struct {
	Region   string // "": all that are enabled
	Playbook string // "": all
	All      bool   // places that are mostly empty, too
}

// ErrRegions: which regions an account has could not be read. Its duty is not done, and is tried again.
var ErrRegions = errors.New("find the account's regions")

// Account does one account's duty of a day, and reports whether it was free. Taken over from a process that died, it goes on with the
// listings that have no coverage of this duty. What AWS refused is named in the duty's Error; an error of the call is the ledger's, or the
// end of the context: then the duty is not ended, and the process that takes it over goes on.
func (s *Sweeper) Account(ctx context.Context, day, of string, scope Scope, w Watcher) (ledger.Duty, bool, error) {
	d, free, err := s.Store.TakeDuty(ctx, s.Now(), day, of, s.Name, lease)
	if err != nil || !free {
		return d, false, err
	}
	if w == nil {
		w = nobody{}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	renewed := make(chan struct{})
	go func(held ledger.Duty) { defer close(renewed); s.renew(ctx, held, cancel) }(d)
	a := &account{
		Sweeper: s, duty: d, before: map[ledger.Listing]ledger.Coverage{}, watch: w, lasting: s.Lasting(of), money: map[string]ledger.Tally{},
		budget: newBudget(s.Limit, d.Calls, s.Meter, s.Now, s.Sleep),
	}
	missed, err := a.sweep(ctx, scope)
	if err == nil {
		d.Tallies, err = a.tallies(ctx)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, ledger.ErrStale) {
		err = cause
	}
	cancel(nil)
	<-renewed
	d.Calls, d.Error = a.budget.spent(), named(missed)
	if err != nil {
		return d, true, errors.Join(err, s.release(ctx, d, err))
	}
	return d, true, s.Store.EndDuty(context.WithoutCancel(ctx), s.Now(), d) // it is done, whatever ends now
}

// release gives a duty back that this process has no time to end, for the next to go on at once.
func (s *Sweeper) release(ctx context.Context, d ledger.Duty, why error) error {
	if !errors.Is(why, context.Canceled) && !errors.Is(why, context.DeadlineExceeded) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releasing)
	defer cancel()
	return s.Store.RenewDuty(ctx, s.Now(), d, 0)
}

// renew holds the duty until the context ends. Where it was taken over, nothing more is written.
func (s *Sweeper) renew(ctx context.Context, d ledger.Duty, cancel context.CancelCauseFunc) {
	t := time.NewTicker(renewals)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := s.Store.RenewDuty(ctx, s.Now(), d, lease); errors.Is(err, ledger.ErrStale) {
				cancel(err)
				return
			}
		}
	}
}

// sweep lists all places of the account, and returns what could not be listed.
func (a *account) sweep(ctx context.Context, scope Scope) (missed []string, err error) {
	coverages, err := a.Store.Coverages(ctx, a.duty.Account)
	if err != nil {
		return nil, fmt.Errorf("read the coverage of account %s: %w", a.duty.Account, err)
	}
	for _, c := range coverages {
		a.before[c.Listing] = c
	}
	if err := a.reopen(ctx, coverages, scope); err != nil {
		return nil, err
	}
	places, err := a.places(ctx, scope)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return []string{reason(err)}, err
	}
	a.watch.Places(len(places))
	return a.all(ctx, places, scope)
}

// places are the account's regions, and the one place that has none.
func (a *account) places(ctx context.Context, scope Scope) (all []event.Place, err error) {
	names := []string{scope.Region}
	if scope.Region == "" {
		if names, err = a.Regions(ctx, a.duty.Account); err != nil {
			return nil, fmt.Errorf("%w %s: %w", ErrRegions, a.duty.Account, err)
		}
		names = append(names, "")
	}
	for _, r := range names {
		p := event.Place{Partition: a.Partition, Account: a.duty.Account, Region: r}
		if len(a.due(p, scope)) > 0 {
			all = append(all, p)
		}
	}
	return all, nil
}

// due are the types that are to be listed in a place: those without coverage of this duty. Where the place is mostly empty, it is what
// each place has.
func (a *account) due(p event.Place, scope Scope) (due []want) {
	quiet := !scope.All && a.quiet(p)
	for _, w := range at(a.want, p) {
		_, judges := w.of(scope.Playbook)
		wanted := (judges || scope.Playbook == "") && (w.Everywhere || !quiet)
		if wanted && a.before[w.at(p)].Duty != a.duty.Name() {
			due = append(due, w)
		}
	}
	return due
}

// quiet reports whether nothing was found in a place the last times, and it was looked at within the week.
func (a *account) quiet(p event.Place) bool {
	for _, w := range at(a.want, p) {
		before := a.before[w.at(p)]
		age := a.Now().Sub(before.Last)
		if !w.Everywhere && (before.Empty < empties || age < 0 || age >= rare-time.Hour) {
			return false
		}
	}
	return true
}

// all lists places, some at once, and returns what could not be listed, sorted.
func (a *account) all(ctx context.Context, places []event.Place, scope Scope) (missed []string, err error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	here := make(chan struct{}, perAccount)
	for _, p := range places {
		if err := a.enter(ctx, here); err != nil {
			break
		}
		group.Go(func() {
			defer func() { <-here; <-a.room }()
			lost, failed := a.place(ctx, p, scope)
			mu.Lock()
			defer mu.Unlock()
			missed, err = append(missed, lost...), errors.Join(err, failed)
		})
	}
	group.Wait()
	slices.Sort(missed)
	return missed, errors.Join(err, ctx.Err())
}

// enter waits for room in the account, and over all.
func (a *account) enter(ctx context.Context, here chan struct{}) error {
	select {
	case here <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case a.room <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-here
		return ctx.Err()
	}
}

// place lists one place. Each type is for itself: one that is denied leaves the others.
func (a *account) place(ctx context.Context, p event.Place, scope Scope) (missed []string, err error) {
	aws := a.Reads(p, a.budget)
	defer a.budget.drop(p)
	defer a.watch.Done(p)
	for _, w := range a.due(p, scope) {
		c, err := a.list(ctx, w, p, aws)
		if err != nil {
			return missed, err
		}
		if c.Error != "" {
			missed = append(missed, strings.Join([]string{p.Region, event.Noun(w.Kind), c.Error}, ": "))
		}
	}
	return missed, nil
}

// named are the first of what was missed, as a duty keeps it.
func named(missed []string) string {
	if more := len(missed) - mostNamed; more > 0 {
		missed = append(slices.Clone(missed[:mostNamed]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(missed, "; ")
}
