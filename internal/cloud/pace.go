package cloud

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/action"
)

// Containment has a bucket of its own, so that nothing else is ever ahead of it: about what EC2 lets an account change in
// one region. Whatever mends or destroys has a smaller one, and tags another. They count changes a second, and the most at once.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const (
	urgentRate, urgentBurst = 10, 50
	calmRate, calmBurst     = 2, 10
)

// pace keeps changes from coming faster than AWS takes them. It is ours and not the SDK's adaptive mode, by which an
// attacker who has a service throttled would slow the defence down.
type pace struct {
	mu      sync.Mutex
	buckets map[bucket]*rate.Limiter
}

type bucket struct {
	account, region, service string
	urgent, mark             bool
}

func (p *pace) limiter(b bucket) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buckets == nil {
		p.buckets = map[bucket]*rate.Limiter{}
	}
	l, ok := p.buckets[b]
	if !ok {
		l = rate.NewLimiter(calmRate, calmBurst)
		if b.urgent {
			l = rate.NewLimiter(urgentRate, urgentBurst)
		}
		p.buckets[b] = l
	}
	return l
}

func (p *pace) around(s session) func(*middleware.Stack) error {
	wait := middleware.InitializeMiddlewareFunc("riposte.pace",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			b := bucket{s.place.Account, s.place.Region, called(ctx).Service(), s.class == action.Contain, s.class == action.Mark}
			if err := p.limiter(b).Wait(ctx); err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, fmt.Errorf("wait for a place among the changes of %s in %s: %w", b.account, b.region, err)
			}
			return next.HandleInitialize(ctx, in)
		})
	return func(st *middleware.Stack) error { return st.Initialize.Add(wait, middleware.After) }
}
