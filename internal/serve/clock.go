package serve

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// upkeep is how often a worker looks without any case being due: the engine seals the chains when it finds none.
const upkeep = time.Minute

// tick wakes a worker whenever a case becomes due. Others write into the ledger too, so it is asked from time to time, which
// costs one reading, however many workers sleep.
func (p *pool) tick(ctx context.Context) {
	timer := time.NewTimer(p.poll)
	defer timer.Stop()
	looked := p.now()
	for {
		select {
		case <-p.stop:
			return
		case <-ctx.Done():
			return
		case next := <-p.idle:
			timer.Reset(p.until(next))
		case <-timer.C:
			next, err := p.live.App().Store.Next(ctx) // an error is told by the worker that meets it
			due := err == nil && !next.IsZero() && !next.After(p.now())
			quiet := !due && p.now().Sub(looked) >= upkeep
			if quiet {
				giveBack()
			}
			if due || quiet {
				p.wake()
				looked = p.now()
				next = time.Time{} // the worker that has looked says when to come back
			}
			timer.Reset(p.until(next))
		}
	}
}

// until is how long to wait for a case, at most until the ledger is asked again.
func (p *pool) until(next time.Time) time.Duration {
	if next.IsZero() {
		return p.poll
	}
	return max(0, min(p.poll, next.Sub(p.now())))
}

// spare is how much memory a quiet daemon keeps, in bytes: it has a third of that while nothing happens.
const spare = 32 << 20

// giveBack gives the system what a burst took: collections are rare, and would leave it here for good.
func giveBack() {
	if holds() > spare {
		debug.FreeOSMemory()
	}
}

// holds is the memory that the runtime has of the system, in bytes.
func holds() uint64 {
	all := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(all)
	return all[0].Value.Uint64() - all[1].Value.Uint64()
}
