package serve

import (
	"context"
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
