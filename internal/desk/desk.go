// Package desk writes to people: of each case it says who gets which letter, and it sends what is owed, written from the present.
// It decides nothing about a case. What people were told of a question goes into the case's inbox, where its deadline begins.
package desk

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Store is what the desk needs of the ledger.
type Store interface {
	ledger.Letters
	Load(ctx context.Context, id string) (*ledger.Case, error)
	Exceptions(ctx context.Context, at time.Time) ([]ledger.Exception, error)
	Brakes(ctx context.Context) ([]ledger.Brake, error)
	Cases(ctx context.Context, f ledger.Filter) ([]*ledger.Case, error)
	Streak(ctx context.Context, playbookID string, of event.Resource) (*ledger.Streak, error)
	Send(ctx context.Context, now time.Time, caseID string, m ledger.Message) (bool, error)
}

// Owner is whose a case's root is: an address or a group, none where that is not known, and how it is known.
type Owner struct {
	Address, Group, How string
	Ignored             bool   // a tag names a person who is not believed, and not written to
	Beside              *Owner // who is told as well where they are known by a tag, and have no word in the case
}

// Meter counts. Names of people never come in.
type Meter interface {
	Sent(channel, outcome string) // outcome is one of Outcomes
	Outside()                     // an address beyond people.domains was not written to
	Nobody()                      // a case was to be told, and nobody could be
}

// Outcomes are what becomes of an attempt to send a letter.
func Outcomes() []string { return []string{sent, unchanged, throttled, rejected, failed} }

const (
	sent      = "sent"
	unchanged = "unchanged"
	throttled = "throttled"
	rejected  = "rejected"
	failed    = "failed"
)

// Options are what a desk is made of.
type Options struct {
	Store     Store
	Channels  map[string]notify.Channel // by the names of Directory.Channels
	People    Directory
	Policy    gate.Policy
	Codec     action.Codec
	Owner     func(context.Context, *ledger.Case) (Owner, error) // nil: nobody's is known
	Link      string                                             // of the console, "" where there is none
	Zone      *time.Location                                     // of the daily letters; nil: UTC
	Awake     func(time.Time) time.Time                          // the first moment from one on that is not quiet; nil: all are
	Enforced  func(playbook string) time.Time                    // when a playbook begins to act; zero: it does; nil: each does
	Announced []string                                           // playbooks of which Enforced knows a day
	Holder    string                                             // name of this replica
	Now       func() time.Time
	Random    func() float64 // from 0 to 1: replicas that failed together don't try again together
	Poll      time.Duration  // how often the ledger is asked what others have posted
	Log       *slog.Logger
	Meter     Meter // nil: nothing is counted
}

// Desk writes and sends letters. Replicas share the work by leases.
type Desk struct {
	Options
	wake   chan struct{} // a token: a letter was posted
	pauses pauses
	crowd  crowd
	hand   hand

	drafting bool // shows what would be told, before anything is
	looking  sync.Mutex
	looked   time.Time // when that which comes from no case was last looked for
	listed   string    // the week whose lists this process has posted
}

// New makes a desk. Nothing runs yet.
func New(o Options) *Desk {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Awake == nil {
		o.Awake = func(t time.Time) time.Time { return t }
	}
	if o.Owner == nil {
		o.Owner = func(context.Context, *ledger.Case) (Owner, error) { return Owner{}, nil }
	}
	if o.Meter == nil {
		o.Meter = uncounted{}
	}
	return &Desk{Options: o, wake: make(chan struct{}, 1), pauses: pauses{of: map[string]*pause{}, patience: slotPatience}}
}

type uncounted struct{}

func (uncounted) Sent(string, string) {}
func (uncounted) Outside()            {}
func (uncounted) Nobody()             {}
