package serve

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/metrics"
)

// How long a worker waits after an error of the ledger: an outage is no reason to die, nor to hammer.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// pool is the workers, which take one turn after the other and sleep while nothing is due.
type pool struct {
	live  *Live
	now   func() time.Time
	log   *slog.Logger
	meter *metrics.Meter
	poll  time.Duration

	workers *engine.WorkerPool // the workers, as engines know them
	woken   chan struct{}      // a token for each worker that is to look
	idle    chan time.Time     // when the next case is due, from a worker that found none
	stop    chan struct{}      // closed: no further turn
	busy    []atomic.Int64     // since when each worker is in its turn, in Unix nanoseconds; 0 where it is in none
	done    sync.WaitGroup
}

// start lets the workers go once what comes first has returned, and the clock that wakes them. The end of the context cuts
// turns short; stop lets them finish.
func (p *pool) start(ctx context.Context, first func()) {
	open := make(chan struct{})
	go func() { first(); close(open) }()
	for i := range p.busy {
		p.done.Go(func() {
			select {
			case <-open:
				p.work(ctx, &p.busy[i])
			case <-p.stop:
			}
		})
	}
	p.done.Go(func() { p.tick(ctx) })
}

// wake has one more worker look. It never blocks: where as many tokens lie as there are workers, all will look anyway.
func (p *pool) wake() {
	select {
	case p.woken <- struct{}{}:
	default:
	}
}

func (p *pool) work(ctx context.Context, busy *atomic.Int64) {
	failures := 0
	for !p.stopped() {
		busy.Store(p.now().UnixNano())
		worked, next, err := p.turn(ctx)
		busy.Store(0)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			p.meter.LedgerFailed()
			pause := min(firstPause<<min(failures-1, 10), longestPause)
			p.log.Error("the ledger can't be worked on", "error", err, "again_in", pause.String())
			select {
			case <-time.After(pause):
			case <-p.stop:
			}
		case worked:
			failures = 0
			p.wake() // there may be more, for a worker that sleeps
		default:
			failures = 0
			p.rest(next)
		}
	}
}

// turn takes one, of the riposte that is in effect. What the engine does not catch itself must not take the others with it.
func (p *pool) turn(ctx context.Context) (worked bool, next time.Time, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("panic recovered", "what", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return p.live.App().Engine.ProcessOne(ctx)
}

// rest tells the clock when the next case is due, and waits for a token.
func (p *pool) rest(next time.Time) {
	select {
	case <-p.idle: // what another said before is older
	default:
	}
	select {
	case p.idle <- next:
	default:
	}
	defer p.workers.Idle()()
	select {
	case <-p.woken:
	case <-p.stop:
	}
}

func (p *pool) stopped() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}
