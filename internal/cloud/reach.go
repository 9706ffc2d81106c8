package cloud

import (
	"cmp"
	"context"
	"errors"
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
	Purpose Purpose // whose role does not let it in, or whose calls nobody answers
	Why     string
	Since   time.Time
}

// reach remembers how the last call to each place went.
type reach struct {
	now    func() time.Time
	mu     sync.Mutex
	closed map[door]Unreachable
}

type door struct {
	account, region string
	purpose         Purpose
}

// Unreachable lists the accounts and regions whose last call came to nothing, by account, region and purpose.
func (c *Cloud) Unreachable() []Unreachable {
	c.reach.mu.Lock()
	defer c.reach.mu.Unlock()
	var all []Unreachable
	for _, u := range c.reach.closed {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Unreachable) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Purpose, b.Purpose))
	})
	return all
}

func (r *reach) around(s session) func(*middleware.Stack) error {
	d := door{s.place.Account, s.place.Region, s.purpose}
	watch := middleware.InitializeMiddlewareFunc("riposte.reach",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, md, err := next.HandleInitialize(ctx, in)
			r.note(d, err)
			return out, md, err
		})
	return func(st *middleware.Stack) error { return st.Initialize.Add(watch, middleware.After) }
}

// note tells a door that is shut from an answer, whatever the answer says, and from what was never sent.
func (r *reach) note(d door, err error) {
	var shut *NotAssumed
	var none *NoRole
	var long *NotNarrowed
	var api smithy.APIError
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &none), errors.As(err, &long):
		return
	case err == nil, !errors.As(err, &shut) && errors.As(err, &api):
		r.open(d)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	u, known := r.closed[d]
	if !known {
		u = Unreachable{Account: d.account, Region: d.region, Purpose: d.purpose, Since: r.now()}
	}
	u.Why = err.Error()
	r.closed[d] = u
}

func (r *reach) open(d door) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.closed, d)
}
