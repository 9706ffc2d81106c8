// Package engine carries cases from an event to their end. An attempt (attempt*.go) is one case in hand; stages.go has the
// sentence that it goes through, and each stage is a type with the collaborators that it needs, in files named after it:
//
//	receive*.go, prefilter.go  events become suspects and sightings
//	inbox*.go                  what came in since: suspects, people's orders, sightings
//	check*.go, plan*.go        the present confirms a suspect, which gets a plan or one more revision of it
//	judge.go, execute*.go      each step: the gate's verdict, a look, the committed intent, the change
//	verify*.go                 looks whether the effect is still there, and escalates where it is not
//	mark.go                    tags on what was changed
//	revert*.go                 the way back
//	sweep*.go                  what sweeps found: admission, its check, what is let be, limits, surges
//	report.go, silence*.go     people are told, at once or by letters, and what it means that they do not answer
//	effect*.go                 what stands, the cases that own it, and the calls that could undo it
//
// It commits before every effect on the world (acknowledge, do, notify), so that the next process can go on from any line.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/playbook"
)

// AWS hands out access: reading with the audit role, changing with the role of an action's tier, in the name of one case
// and with no more rights than the action needs, and those that are done with it.
type AWS interface {
	Reads() access.Reads
	Writes(a action.Action, with []action.Action, caseID string) access.Writes
}

// Reporter tells people about a case as it stands; telling twice must be telling once.
type Reporter interface {
	Report(ctx context.Context, c *ledger.Case) error
}

// Code says which code makes a resource, as it is now. What could not be asked stands in the answer.
type Code interface {
	Owners(ctx context.Context, of event.Resource) code.Answer
}

// Options are what an engine works with.
type Options struct {
	Store     ledger.Store
	Playbooks []playbook.Playbook
	// Ours tells whether an account belongs to the organisation: riposte enters no other, whatever events it is sent. Where that
	// can't be told yet it is an error, and the event has to come again. May be nil: every account does.
	Ours func(ctx context.Context, account string) (bool, error)
	// Organization is what playbooks may know of it.
	Organization playbook.Organization
	// Namesake reports whether an actor's role has the name of one of riposte's, and is surely another; may be nil: none is.
	Namesake func(ctx context.Context, a event.Actor) bool
	// Tags begins the keys of the tags that are put on what was changed; "": none are.
	Tags     string
	Policy   gate.Policy
	AWS      AWS
	Reporter Reporter
	Codec    action.Codec
	Timing   Timing
	Now      func() time.Time
	Name     string // of this replica, in its leases
	Log      *slog.Logger
	Meter    Meter // may be nil
	// What the checks of sweeps ask; each may be nil: then nothing is known, and what depends on it is held.
	Metrics playbook.Metrics
	Past    playbook.Past
	Prices  playbook.Prices
	Code    Code // may be nil: nothing is known to be made by code
	Names   playbook.Names
	// Proposer changes code by proposals; may be nil: nothing is proposed.
	Proposer Proposer
	Workers  *WorkerPool // that Receive wakes; may be nil
}

// Engine carries cases from first sight to their end. It is safe to use from several goroutines, and several processes may
// share one ledger: what keeps them apart is the lease on a case.
type Engine struct {
	Options
	routes       *route.Table
	watch        *watch
	stages       *stages
	cleared      *cleared
	checkpointed atomic.Value // time.Time: when this process made a checkpoint last
	fair         fair
	notices      noticeLimit
	tellings     tellings
	openers      *openers
	yields       yieldCounts // of cases that could not be committed
}

// New makes an engine.
func New(p Options) *Engine {
	if p.Meter == nil {
		p.Meter = unmetered{}
	}
	if p.Workers == nil {
		p.Workers = NewWorkerPool(0, func() {})
	}
	if p.Ours == nil {
		p.Ours = func(context.Context, string) (bool, error) { return true, nil }
	}
	e := &Engine{Options: p, watch: &watch{store: p.Store, codec: p.Codec, now: p.Now}}
	cleared := newCleared()
	e.openers = newOpeners(p.Store, p.Now, p.Log)
	p.Store = e.openers // the stages', which recall
	e.cleared, e.stages = cleared, newStages(p, e.watch, cleared)
	e.tellings.of = map[string]telling{}
	var catalogue []playbook.Definition
	for _, b := range p.Playbooks {
		catalogue = append(catalogue, b.Definition)
	}
	e.routes = route.New(catalogue)
	e.checkpointed.Store(time.Time{})
	return e
}

// Timing are the engine's waits.
type Timing struct {
	Lease       time.Duration   // how long a case is in one hand
	Call        time.Duration   // the longest a change may take; well inside the lease
	Patience    time.Duration   // with a look at the present, after which what need not wait for it is done
	Propagation time.Duration   // after which a deny that works must show
	Rounds      []time.Duration // verification, counted from the last change
	Recheck     time.Duration   // a second look after one that did not find the effect
	Second      time.Duration   // a second look after one that found it although a call could have undone it
	Held        time.Duration   // between two looks at a case that a rule holds
	Swept       time.Duration   // the same two of a case of a sweep, and between two questions that have no answer either way
	Under       time.Duration   // before the first look at what is under way; doubled with each further one
	MaxUnder    time.Duration
	Regrets     []time.Duration // after a change, when it is asked whether it does harm
	Asked       time.Duration   // between two looks at a case that waits for a person, whose answer wakes it
	Retry       time.Duration   // after a first error; doubled with each further one
	MaxRetry    time.Duration
	Checkpoint  time.Duration // between two seals over all chains
}

// DefaultTiming fits AWS: IAM denies within some four seconds, and takes minutes at worst.
func DefaultTiming() Timing {
	return Timing{
		Lease: time.Minute, Call: 20 * time.Second, Patience: 2 * time.Second, Propagation: 10 * time.Second,
		Rounds:  []time.Duration{5 * time.Second, 30 * time.Second, 90 * time.Second},
		Recheck: 2 * time.Second, Second: 30 * time.Second, Held: time.Minute, Asked: time.Hour,
		Swept: 24 * time.Hour, Under: time.Minute, MaxUnder: time.Hour, Regrets: []time.Duration{time.Hour, 24 * time.Hour, 72 * time.Hour}, Retry: time.Second, MaxRetry: time.Minute, Checkpoint: 15 * time.Minute,
	}
}

// RunDue does all that is due and says when to come back; the zero time means that nothing waits. An error is the ledger's:
// what goes wrong with one case is written into that case.
func (e *Engine) RunDue(ctx context.Context) (next time.Time, err error) {
	for worked := true; worked; {
		if worked, next, err = e.ProcessOne(ctx); err != nil {
			return time.Time{}, err
		}
	}
	return next, nil
}

// ProcessOne takes the most urgent of the due cases as far as it can go now. It is false where none is due, and says when to
// come back, as RunDue does: a worker that must be able to end between two cases calls this.
func (e *Engine) ProcessOne(ctx context.Context) (worked bool, next time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return false, time.Time{}, err
	}
	claim, end, events, err := e.claim(ctx)
	defer end()
	if err != nil {
		return false, time.Time{}, fmt.Errorf("claim a case: %w", err)
	}
	if claim == nil {
		next, err = e.checkpointAndNext(ctx)
		if soon := e.Now().Add(e.Timing.Retry); events && next.Before(soon) && !next.IsZero() {
			next = soon // what is due is of sweeps: it waits for the workers that have some in hand
		}
		return false, next, err
	}
	return true, time.Time{}, e.process(ctx, claim)
}

// checkpointAndNext seals the chains where that is due, and returns when the next case is due. Of several workers one makes the
// checkpoint; where it fails, the next tries again.
func (e *Engine) checkpointAndNext(ctx context.Context) (time.Time, error) {
	now, last := e.Now(), e.checkpointed.Load()
	if now.Sub(last.(time.Time)) >= e.Timing.Checkpoint && e.checkpointed.CompareAndSwap(last, now) {
		if _, err := e.Store.Checkpoint(ctx, now); err != nil {
			e.checkpointed.CompareAndSwap(now, last)
			return time.Time{}, fmt.Errorf("seal the ledger: %w", err)
		}
	}
	e.openers.writeIdly(ctx)
	return e.Store.Next(ctx)
}

// process takes one case as far as it can go now, and writes down what stopped it.
func (e *Engine) process(ctx context.Context, claim *ledger.Claim) error {
	t := &attempt{surroundings: surroundings{e.Timing, e.Now, e.Log, e.Meter}, store: e.Store, yields: &e.yields,
		tells: e.stages.plan.books[claim.Case.Playbook].Tells,
		c:     claim.Case, inbox: claim.Inbox, inboxWaits: claim.More, until: claim.Until, committed: Progress{claim.Case.State, claim.Case.Times},
	}
	if t.c.Attempts > maxClaims && t.c.State.Open() && e.yields.count(t.c.ID) == 0 { // else it was this process, which lives
		return e.stages.inbox.abandon(ctx, t)
	}
	length := e.Timing.Lease - e.Timing.Call/2 // whatever hangs, the attempt ends inside its lease
	limited, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	half, cancelHalf := context.WithTimeout(limited, length/2)
	defer cancelHalf()
	t.late = func() bool { return half.Err() != nil }
	return t.close(ctx, e.stages.recovered(limited, t))
}
