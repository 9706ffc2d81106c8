// Package sweep is the second beginning of the sentence: once a day it lists what lies in each account and region, compares that with what
// playbooks look for, and keeps since when each resource has been so.
package sweep

import (
	"context"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

const (
	perAccount = 8       // places of one account that are listed at once
	overAll    = 64      // places of all accounts
	mostSeen   = 250_000 // suspects of one listing: more is no listing that a person could do anything about
)

// Options are what a Sweeper stands on.
type Options struct {
	Store     Store
	Playbooks []playbook.Playbook // those without a listing are left aside
	// Regions of an account, as they are enabled now.
	Regions func(ctx context.Context, account string) ([]string, error)
	// Reads opens one place, whose calls the budget counts and slows. Nothing of it is kept once the place was listed.
	Reads func(at event.Place, within *Budget) access.Reads
	// Lasting is how long a tag without an end keeps what is in an account.
	Lasting func(account string) time.Duration
	// Open is given what is ripe, once its listing is in the ledger: where the playbook's mode there is more than observe, it becomes a
	// suspect. nil: nothing does.
	Open   func(ctx context.Context, ripe []Ripe) error
	Prices playbook.Prices // nil: nothing is priced
	Limit  int             // calls an account and day; 0: none
	// Partition that the accounts are in.
	Partition string
	Name      string // of this replica
	Meter     Meter  // may be nil
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error // nil: by the wall clock
	Log       *slog.Logger
	// Names says whose names of DNS are; nil: of none it is known.
	Names playbook.Names
}

// Store is what a sweep needs of the ledger.
type Store interface {
	TakeDuty(ctx context.Context, now time.Time, day, account, holder string, lease time.Duration) (ledger.Duty, bool, error)
	RenewDuty(ctx context.Context, now time.Time, d ledger.Duty, lease time.Duration) error
	EndDuty(ctx context.Context, now time.Time, d ledger.Duty) error
	Duties(ctx context.Context, since string) ([]ledger.Duty, error)
	Swept(ctx context.Context, d ledger.Duty, c ledger.Coverage, changes []ledger.StreakChange) error
	Streaks(ctx context.Context, of ledger.Listing) ([]ledger.Streak, error)
	Coverages(ctx context.Context, account string) ([]ledger.Coverage, error)
	KeepNames(ctx context.Context, at time.Time, of names.Source, now []names.Entry) (written int, err error)
	NameSources(ctx context.Context, at event.Place, kind string) ([]names.Source, error)
}

// Meter counts what sweeps do.
type Meter interface {
	// SweepCalled counts a call by its service and how it went: ok, throttled, failed.
	SweepCalled(service, outcome string)
	// SweepReconciled counts what a sweep found that an event should have brought.
	SweepReconciled(n int)
	// SweepsStand tells, about once an hour, how far the last listings reach.
	SweepsStand(Standing)
}

// Ripe is a streak that its playbook wants to have as a case.
type Ripe struct {
	Streak  playbook.Streak
	Suspect playbook.StoredSuspect // without Origin
	Duty    string                 // that saw it last
}

// Found is a suspect of a sweep, with its streak: whether it is ripe or not.
type Found struct {
	Suspect  playbook.StoredSuspect
	Streak   playbook.Streak
	Kept     time.Time // until when a tag keeps it; zero: none does
	Case     string    // that has it in hand
	Ripe     bool
	Saving   *playbook.Saving // what its end is worth; nil where that is not known, or nothing about money
	Unpriced string           // why it is not known
	Held     string           // why it is not ripe, whatever its age: a tag that can't be read
}

// Watcher sees a sweep as it goes. It is called by several goroutines at once.
type Watcher interface {
	Places(n int)                                // so many more are to be listed
	Page(at event.Place, kind string, items int) // was read
	Listed(c ledger.Coverage, found []Found)     // is in the ledger
	Done(at event.Place)
}

// Sweeper does sweeps. It is safe for concurrent use.
type Sweeper struct {
	Options
	want []want
	room chan struct{} // a token for each place that is listed
}

// New makes a Sweeper; nothing runs yet.
func New(o Options) *Sweeper {
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Sweeper{Options: o, want: wants(o.Playbooks), room: make(chan struct{}, overAll)}
}

// Wants reports whether any playbook lists anything.
func (s *Sweeper) Wants() bool { return len(s.want) > 0 }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
