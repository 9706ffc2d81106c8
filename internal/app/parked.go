package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
)

// maxParked is how many events a stream parks: an attacker who fills one case must not fill the memory.
const maxParked = 1000

// parked is what a live stream parks, a record each: it can't be stored for a reason of its own, nor be read again.
type parked struct {
	mu     sync.Mutex
	of     []*record
	events int
}

// record is what one record of a stream, or several in one envelope, came to.
type record struct{ events []event.Event }

func (a *parked) all() []*record {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.of)
}

func (a *parked) remove(r *record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.of = slices.DeleteFunc(a.of, func(o *record) bool { return o == r })
	a.events -= len(r.events)
}

// live takes a stream that can't be read again: what is parked is retried beside it, and at its end until nothing is left or
// the context ends.
func (t *taker) live(ctx context.Context) error {
	ended := make(chan struct{})
	var trying sync.WaitGroup
	trying.Go(func() { t.retryParked(ctx, ended) })
	err := t.run(ctx)
	close(ended)
	trying.Wait()
	if left := len(t.parked.all()); left > 0 {
		t.Engine.Log.Error("parked records are lost with the stream: read them with riposte replay", "records", left)
		err = errors.Join(err, fmt.Errorf("%d parked records are not stored: %w", left, context.Cause(ctx)))
	}
	return err
}

func (t *taker) retryParked(ctx context.Context, ended <-chan struct{}) {
	over := false
	for wait := soonest; ; wait = min(2*wait, latest) {
		select {
		case <-ctx.Done():
			return
		case <-ended:
			ended, over, wait = nil, true, soonest
		case <-time.After(wait/2 + rand.N(wait)):
		}
		if t.tryAll(ctx) {
			wait = soonest
		}
		if over && len(t.parked.all()) == 0 {
			return
		}
	}
}

// tryAll retries what is parked, each once, and reports whether some of it went.
func (t *taker) tryAll(ctx context.Context) (went bool) {
	for _, r := range t.parked.all() {
		ads, err := t.receive(ctx, r.events)
		var own *source.Postponed
		if errors.As(err, &own) {
			continue
		}
		if t.unfit(err) != nil {
			return went // the next would fare no better
		}
		t.admitted(ads)
		t.parked.remove(r)
		went = true
	}
	return went
}

// park parks the events at hand of a stream that can't be read again, where they wait for reasons of their own; false where
// they do not, or there is no room.
func (t *taker) park(err error) bool {
	var own *source.Postponed
	if !t.stream.Live || !errors.As(err, &own) {
		return false
	}
	t.parked.mu.Lock()
	defer t.parked.mu.Unlock()
	if t.parked.events+len(t.events) > maxParked {
		return false
	}
	t.parked.of, t.parked.events = append(t.parked.of, &record{slices.Clone(t.events)}), t.parked.events+len(t.events)
	t.Engine.Log.Warn("a record can't be stored for now: it is parked and retried, and the stream goes on", "events", eventIDs(t.events), "error", own.Err)
	return true
}

// admitted counts what was stored, and unfit tells of what never will be: by the stream and by what is parked.
func (t *taker) admitted(ads []ledger.Admission) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ad := range ads {
		if ad.How == "duplicate" {
			t.receipt.Known++
		} else {
			t.receipt.Fresh++
		}
	}
}

// unfit returns any other error.
func (t *taker) unfit(err error) error {
	var unfit *source.Malformed
	if !errors.As(err, &unfit) {
		return err
	}
	t.fault(unfit.Err)
	return nil
}
