package engine

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"github.com/ripostehq/riposte/internal/ledger"
)

// WorkerPool is the worker pool of this process. Receive wakes them, and offers the case that an event opens to an idle one: the
// case is claimed as it is admitted, which spares the answer a claim and its wait. The engines before and
// after a reload share them.
type WorkerPool struct {
	wake   func()
	idle   atomic.Int64       // workers that wait for something to do, less the cases offered to them
	tidies atomic.Int64       // workers that have a case of sweeps in hand, or may claim one
	most   int64              // of them: one is left for what events do; 0: any number
	claims chan *ledger.Claim // these cases
}

// NewWorkerPool makes room for so many workers, which wake wakes; it is called from the goroutine of Receive. None is idle until
// it says so.
func NewWorkerPool(workers int, wake func()) *WorkerPool {
	h := &WorkerPool{wake: wake, claims: make(chan *ledger.Claim, workers)}
	if workers > 1 {
		h.most = int64(workers) - 1
	}
	return h
}

// tidy takes a worker for a case of sweeps, until end is called; false where all that may have one have: a check of what has lain there for
// months may take long, and an attack waits for none.
func (h *WorkerPool) tidy() (end func(), may bool) {
	if n := h.tidies.Add(1); h.most > 0 && n > h.most {
		h.tidies.Add(-1)
		return func() {}, false
	}
	return func() { h.tidies.Add(-1) }, true
}

// Idle says that a worker waits for something to do, and takes an offered case at once, until it calls end.
func (h *WorkerPool) Idle() (end func()) {
	h.idle.Add(1)
	return func() { h.idle.Add(-1) }
}

// Wake has a worker look for what is due, and lets it go first: the case that was offered is an attack, and the caller has only
// a receipt to write.
func (h *WorkerPool) Wake() {
	h.wake()
	runtime.Gosched()
}

// reserve takes an idle worker for a case that is about to be admitted; it is false where none is idle.
func (h *WorkerPool) reserve() bool {
	for {
		n := h.idle.Load()
		if n <= 0 {
			return false
		}
		if h.idle.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// offer ends a reservation: with a case, for the worker that polls next, or without.
func (h *WorkerPool) offer(c *ledger.Claim) {
	if c == nil {
		h.idle.Add(1)
		return
	}
	h.claims <- c // there is room for as many as can be reserved
}

// poll takes an offered case; nil where there is none.
func (h *WorkerPool) poll() *ledger.Claim {
	select {
	case c := <-h.claims:
		h.idle.Add(1)
		return c
	default:
		return nil
	}
}

// claim takes a case that was offered, or the most urgent that is due; of sweeps only where a worker is left for events. End is to be called when
// it is processed; events reports that cases of sweeps were left.
func (e *Engine) claim(ctx context.Context) (got *ledger.Claim, end func(), events bool, err error) {
	end = func() {}
	for c := e.Workers.poll(); c != nil; c = e.Workers.poll() {
		if c.Until.Sub(e.Now()) > e.Timing.Lease/2 {
			return c, end, false, nil
		}
		if err := giveBack(ctx, e.Store, c.Case); err != nil { // it waited too long: the attempt would not end within its lease
			return nil, end, false, err
		}
	}
	tidied, may := e.Workers.tidy()
	if !may {
		got, err = e.Store.ClaimOfEvents(ctx, e.Now(), e.Name, e.Timing.Lease)
		return got, end, true, err
	}
	if got, err = e.Store.Claim(ctx, e.Now(), e.Name, e.Timing.Lease); got == nil || err != nil || !got.Case.OfSweeps() {
		tidied()
		return got, end, false, err
	}
	return got, tidied, false, nil
}

// YieldUnstarted gives back the cases that were offered to workers that take no more, and writes down what no worker had the time to.
func (e *Engine) YieldUnstarted(ctx context.Context) error {
	errs := []error{e.openers.write(ctx)}
	for c := e.Workers.poll(); c != nil; c = e.Workers.poll() {
		errs = append(errs, giveBack(ctx, e.Store, c.Case))
	}
	return errors.Join(errs...)
}
