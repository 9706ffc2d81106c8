package engine

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Hands are the workers of this process, who take turns. Receive wakes them, and leaves the case that an event opens with
// one who is free: it is claimed as it is admitted, which spares the answer a claim and its wait. The engines before and
// after a reload share them.
type WorkerPool struct {
	wake   func()
	idle   atomic.Int64       // workers who wait for something to do, less the cases that wait for one of them
	claims chan *ledger.Claim // these cases
}

// NewWorkerPool makes room for so many workers, whom wake wakes; it is called from the goroutine of Receive. None is free until
// he says so.
func NewWorkerPool(workers int, wake func()) *WorkerPool {
	return &WorkerPool{wake: wake, claims: make(chan *ledger.Claim, workers)}
}

// Idle says that a worker waits for something to do, and takes his next turn at once, until he says end.
func (h *WorkerPool) Idle() (end func()) {
	h.idle.Add(1)
	return func() { h.idle.Add(-1) }
}

// Wake has a worker look for what is due, and lets him go first: what he was left with is an attack, and whoever wakes him
// has only a receipt to write.
func (h *WorkerPool) Wake() {
	h.wake()
	runtime.Gosched()
}

// reserve is false where nobody is free.
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

// leave ends a reservation: with a case, for whoever takes the next turn, or without.
func (h *WorkerPool) offer(c *ledger.Claim) {
	if c == nil {
		h.idle.Add(1)
		return
	}
	h.claims <- c // there is room for as many as can be reserved
}

// take is nil where no case was left.
func (h *WorkerPool) poll() *ledger.Claim {
	select {
	case c := <-h.claims:
		h.idle.Add(1)
		return c
	default:
		return nil
	}
}

// claim takes a case that was left with the hands, or the most urgent that is due.
func (e *Engine) claim(ctx context.Context) (*ledger.Claim, error) {
	for c := e.Workers.poll(); c != nil; c = e.Workers.poll() {
		if c.Until.Sub(e.Now()) > e.Timing.Lease/2 {
			return c, nil
		}
		if err := giveBack(ctx, e.Store, c.Case); err != nil { // it waited too long: the turn would not end within its lease
			return nil, err
		}
	}
	return e.Store.Claim(ctx, e.Now(), e.Name, e.Timing.Lease)
}

// ReleaseUnstarted gives back what was left with hands that take no more turns.
func (e *Engine) ReleaseUnstarted(ctx context.Context) error {
	var errs []error
	for c := e.Workers.poll(); c != nil; c = e.Workers.poll() {
		errs = append(errs, giveBack(ctx, e.Store, c.Case))
	}
	return errors.Join(errs...)
}
