package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// EC2 refills 20 reads a second per API, account and region: a sweep takes a fifth, production the rest. Other services say less of
// their buckets. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const (
	ec2Rate, ec2Burst     = 4, 8
	otherRate, otherBurst = 2, 2
	rest                  = time.Minute // of a service in a place that was throttled there once
)

var (
	// ErrThrottled: AWS has throttled this service here twice today. The rest of it is left for tomorrow.
	ErrThrottled = errors.New("throttled")
	// ErrSpent: the account's calls of the day are used up.
	ErrSpent = errors.New("the calls of this account and day are used up (sweep.calls_per_account)")
)

// Budget is what one account's sweep may ask of AWS. It is safe for concurrent use.
type Budget struct {
	limit int
	meter Meter
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu       sync.Mutex
	calls    int
	buckets  map[bucket]*rate.Limiter
	services map[service]*pressure
	counts   map[event.Place]tally
}

type bucket struct {
	at event.Place
	of call.ID
}

type service struct {
	at   event.Place
	name string
}

// pressure is how AWS has answered a service's calls in a place today.
type pressure struct {
	throttled int
	until     time.Time // it rests
}

// tally is what one place took.
type tally struct{ calls, throttled int }

func newBudget(limit, spent int, m Meter, now func() time.Time, sleep func(context.Context, time.Duration) error) *Budget {
	return &Budget{
		limit: limit, calls: spent, meter: m, now: now, sleep: sleep,
		buckets: map[bucket]*rate.Limiter{}, services: map[service]*pressure{}, counts: map[event.Place]tally{},
	}
}

// Before waits for a place among the calls, of which each attempt is one. An error says that no more are made.
func (b *Budget) Before(ctx context.Context, at event.Place, c call.ID) error {
	for {
		wait, err := b.take(at, c)
		if err != nil || wait == 0 {
			return err
		}
		if err := b.sleep(ctx, wait); err != nil {
			return fmt.Errorf("wait for the turn of %s: %w", c, err)
		}
	}
}

// take returns how long to wait before asking again, 0 where the call is counted and may go.
func (b *Budget) take(at event.Place, c call.ID) (time.Duration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	p := b.pressure(at, c.Service())
	switch {
	case p.throttled > 1:
		return 0, ErrThrottled
	case b.limit > 0 && b.calls >= b.limit:
		return 0, ErrSpent
	case p.until.After(now) && p.until.Sub(now) <= rest: // more is no rest of ours: the clock was set back
		return p.until.Sub(now), nil
	}
	r := b.limiter(at, c, p).ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, nil
	}
	b.calls++
	t := b.counts[at]
	t.calls++
	b.counts[at] = t
	return 0, nil
}

func (b *Budget) pressure(at event.Place, name string) *pressure {
	p := b.services[service{at, name}]
	if p == nil {
		p = &pressure{}
		b.services[service{at, name}] = p
	}
	return p
}

func (b *Budget) limiter(at event.Place, c call.ID, p *pressure) *rate.Limiter {
	l := b.buckets[bucket{at, c}]
	if l == nil {
		r, burst := rate.Limit(otherRate), otherBurst
		if c.Service() == "ec2" {
			r, burst = ec2Rate, ec2Burst
		}
		if p.throttled > 0 {
			r /= 2
		}
		l = rate.NewLimiter(r, burst)
		b.buckets[bucket{at, c}] = l
	}
	return l
}

// After notes how an attempt went. The first that AWS throttles lets the service rest there and halves its rate, the second ends it.
func (b *Budget) After(at event.Place, c call.ID, err error) {
	outcome := "ok"
	throttled := err != nil && retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err).Bool()
	switch {
	case throttled:
		outcome = "throttled"
	case err != nil:
		outcome = "failed"
	}
	if b.meter != nil {
		b.meter.SweepCalled(c.Service(), outcome)
	}
	if !throttled {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pressure(at, c.Service())
	p.throttled++
	p.until = b.now().Add(rest)
	for k, l := range b.buckets {
		if k.at == at && k.of.Service() == c.Service() {
			l.SetLimitAt(b.now(), l.Limit()/2)
		}
	}
	t := b.counts[at]
	t.throttled++
	b.counts[at] = t
}

// spent are the account's calls of the day so far.
func (b *Budget) spent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// of is what a place took so far.
func (b *Budget) of(at event.Place) tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts[at]
}

// drop forgets the buckets of a place that was listed: there may be thousands.
func (b *Budget) drop(at event.Place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range b.buckets {
		if k.at == at {
			delete(b.buckets, k)
		}
	}
	for k := range b.services {
		if k.at == at {
			delete(b.services, k)
		}
	}
	delete(b.counts, at)
}
