package desk

import (
	"context"
	"sync"
	"time"
)

// hands is how many letters a process deals with at a time. There are more than a channel may have of them.
const hands = 4

const (
	firstRest   = time.Second
	longestRest = 30 * time.Second
)

// Run sends what is owed until the context ends, and what is in hand then.
func (d *Desk) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range hands {
		all.Go(func() { d.work(ctx) })
	}
	all.Wait()
	if err := d.Release(ctx); err != nil {
		d.Log.Warn("letters that were not begun are sent when their leases end", "error", err)
	}
}

func (d *Desk) work(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		worked, next, err := d.Step(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			pause := min(firstRest<<min(failures-1, 10), longestRest)
			d.Log.Error("letters can't be worked on", "error", err, "again_in", pause.String())
			rest(ctx, nil, pause)
		case worked:
			failures = 0
			d.Wake() // there may be more, for one that sleeps
		default:
			failures = 0
			pause := d.Poll
			if !next.IsZero() {
				pause = max(0, min(pause, next.Sub(d.Now())))
			}
			rest(ctx, d.wake, max(pause, shortest))
		}
	}
}

// shortest keeps a clock that runs behind the ledger's from asking without end.
const shortest = 20 * time.Millisecond

func rest(ctx context.Context, woken <-chan struct{}, pause time.Duration) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-t.C:
	}
}
