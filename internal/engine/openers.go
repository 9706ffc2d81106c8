package engine

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	// mostOpeners is how many wait to be written, whatever the ledger does. A receiver that finds it full writes the oldest; where it can't,
	// these are dropped, and CloudTrail's event history is asked for them, as for all that is not recalled.
	mostOpeners = 4096
	// chunk is how many are written at once, and written again where one of them was refused.
	chunk = 100
)

// openers keep who opened which session, as records show it (playbook.Minted), until a worker has nothing else to do and writes it
// down: such a call is the most frequent of all that instances make, and must not cost a write each. It is recalled meanwhile. A process
// that dies takes some seconds of it along; CloudTrail's event history has the same, and is asked where nothing is recalled.
type openers struct {
	ledger.Store
	now func() time.Time
	log *slog.Logger
	*kept
}

// kept is what a process keeps of openers: the engine after a reload goes on with that of the one before (Engine.Inherit).
type kept struct {
	mu      sync.Mutex
	waiting map[event.Resource]playbook.Observation
	order   []event.Resource // of waiting, the oldest first
	writing sync.Mutex       // held by who takes from the front

	failures int       // in a row; these two are the writer's
	again    time.Time // not before, after a failure

	glimpses *glimpses
}

func newOpeners(s ledger.Store, now func() time.Time, log *slog.Logger) *openers {
	return &openers{s, now, log, &kept{waiting: map[event.Resource]playbook.Observation{}, glimpses: newGlimpses()}}
}

// Inherit takes over who opened which session from the engine before, which this one is put in the place of. It is called before this one works.
func (e *Engine) Inherit(before *Engine) { e.openers.kept = before.openers.kept }

// keep keeps what a record shows of a key. The first record of a key counts: there is no second, but for copies.
func (o *openers) keep(ctx context.Context, seen playbook.Observation) {
	o.mu.Lock()
	if _, has := o.waiting[seen.Resource]; !has {
		o.waiting[seen.Resource] = seen
		o.order = append(o.order, seen.Resource)
	}
	full := len(o.order) >= mostOpeners
	o.mu.Unlock()
	if full {
		o.makeRoom(ctx)
	}
}

// makeRoom writes a chunk, or drops it.
func (o *openers) makeRoom(ctx context.Context) {
	o.writing.Lock()
	defer o.writing.Unlock()
	if o.waits() < mostOpeners { // another has
		return
	}
	if o.now().Before(o.again) || o.writeChunk(ctx) != nil {
		o.forget(o.oldest())
	}
}

// Recall also knows what waits, and what was glimpsed, which is kept once it was asked for; see ledger.Memory.
func (o *openers) Recall(ctx context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
	o.mu.Lock()
	seen, waits := o.waiting[r]
	o.mu.Unlock()
	if waits && seen.Of == of && seen.Counts(before) {
		return &seen, nil
	}
	if glimpsed, has := o.glimpses.of(r.ID); r.Type == event.AccessKey && has && glimpsed.Resource == r && glimpsed.Of == of && glimpsed.Counts(before) {
		o.keep(ctx, glimpsed)
		return &glimpsed, nil
	}
	return o.Store.Recall(ctx, r, of, before)
}

// writeIdly writes down what waits, for a worker that has nothing else to do. A ledger that refuses is left alone for a while, ever longer.
func (o *openers) writeIdly(ctx context.Context) {
	o.writing.Lock()
	wait := o.now().Before(o.again)
	o.writing.Unlock()
	if wait {
		return
	}
	if err := o.write(ctx); err != nil && ctx.Err() == nil {
		o.log.Warn("who opened sessions is not written down yet: it is tried again", "error", err)
	}
}

// write writes down what waits, until something is refused.
func (o *openers) write(ctx context.Context) error {
	for o.waits() > 0 {
		o.writing.Lock()
		err := o.writeChunk(ctx)
		o.writing.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// How long a ledger that refused is left alone.
const (
	firstRefusal   = time.Second
	longestRefusal = time.Minute
)

// writeChunk writes the oldest; its caller holds writing. Of what is written twice nothing stands twice.
func (o *openers) writeChunk(ctx context.Context) error {
	all := o.oldest()
	if len(all) == 0 {
		return nil
	}
	if err := o.Remember(ctx, all); err != nil {
		o.again = o.now().Add(min(firstRefusal<<min(o.failures, 10), longestRefusal))
		o.failures++
		return fmt.Errorf("remember who opened %d sessions: %w", len(all), err)
	}
	o.failures, o.again = 0, time.Time{}
	o.forget(all)
	return nil
}

func (o *openers) waits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.order)
}

// oldest is the chunk that goes first.
func (o *openers) oldest() (all []playbook.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.order[:min(chunk, len(o.order))] {
		all = append(all, o.waiting[r])
	}
	return all
}

// forget takes the oldest out, which are all of those.
func (o *openers) forget(all []playbook.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, seen := range all {
		delete(o.waiting, seen.Resource)
	}
	o.order = append(o.order[:0], o.order[len(all):]...)
}
