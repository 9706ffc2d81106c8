package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// Unreachable is where riposte can't get in at present: what happens there is not answered, while the rest goes on.
type Unreachable struct {
	Account string
	Region  string
	Purpose Purpose // its role does not let riposte in, or its calls are not answered
	Why     string
	Since   time.Time
}

// circuitBreaker remembers how the last call to each place went.
type circuitBreaker struct {
	now  func() time.Time
	mu   sync.Mutex
	open map[endpoint]openCircuit
}

// openCircuit is an endpoint without an answer to the last call.
type openCircuit struct {
	Unreachable
	again time.Time // after a call without an answer, for long: when one call may try again. Until then none waits.
}

const (
	long     = attempt          // a call that took this long without an answer held a worker up
	coolDown = 10 * time.Second // between two calls to an endpoint that does not answer
)

type endpoint struct {
	account, region string
	purpose         Purpose
}

// Unreachable lists the accounts and regions to which the last call came to nothing, by account, region and purpose.
func (c *Cloud) Unreachable() []Unreachable {
	c.breaker.mu.Lock()
	defer c.breaker.mu.Unlock()
	var all []Unreachable
	for _, s := range c.breaker.open {
		all = append(all, s.Unreachable)
	}
	slices.SortFunc(all, func(a, b Unreachable) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Purpose, b.Purpose))
	})
	return all
}

func (r *circuitBreaker) around(s session) func(*middleware.Stack) error {
	d := endpoint{s.place.Account, s.place.Region, s.purpose}
	watch := middleware.InitializeMiddlewareFunc("riposte.circuit-breaker",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			began := r.now()
			if err := r.coolingDown(d, began); err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, err
			}
			out, md, err := next.HandleInitialize(ctx, in)
			r.record(d, err, began)
			return out, md, err
		})
	return func(st *middleware.Stack) error { return st.Initialize.Add(watch, middleware.After) }
}

// coolingDown returns an error to all but one call where no answer comes: a worker that waits there is missing elsewhere.
func (r *circuitBreaker) coolingDown(d endpoint, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, known := r.open[d]
	if !known || s.again.IsZero() {
		return nil
	}
	if left := s.again.Sub(now); left > 0 && left <= whole+coolDown { // more is no wait of ours: the clock was set back
		return fmt.Errorf("%s of account %s has not answered since %s and is asked again in %v: %s", d.region, d.account, s.Since.UTC().Format(time.RFC3339), left.Round(time.Second), s.Why)
	}
	s.again = now.Add(whole + coolDown) // this call asks
	r.open[d] = s
	return nil
}

// record opens the circuit when no answer came, and closes it with an answer, whatever that says. A call that was never
// sent changes nothing, but lets the next one ask in its place.
func (r *circuitBreaker) record(d endpoint, err error, began time.Time) {
	var refused *NotAssumed
	var none *NoRole
	var unfit *NotNarrowed
	var api smithy.APIError
	answered := errors.As(err, &api)
	r.mu.Lock()
	defer r.mu.Unlock()
	s, known := r.open[d]
	switch now := r.now(); {
	case errors.Is(err, context.Canceled), errors.As(err, &none), errors.As(err, &unfit):
		if !known {
			return
		}
		s.again = time.Time{}
	case err == nil, answered && !errors.As(err, &refused):
		delete(r.open, d)
		return
	default:
		if !known {
			s.Unreachable = Unreachable{Account: d.account, Region: d.region, Purpose: d.purpose, Since: began}
		}
		s.Why, s.again = err.Error(), time.Time{}
		if !answered && now.Sub(began) >= long {
			s.again = now.Add(coolDown)
		}
	}
	r.open[d] = s
}
