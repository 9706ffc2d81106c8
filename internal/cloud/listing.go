package cloud

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

// Toll stands before each attempt of a sweep's calls, and hears how it went.
type Toll interface {
	// Before waits until an attempt may be made; an error: no more are.
	Before(ctx context.Context, at event.Place, c call.ID) error
	After(at event.Place, c call.ID, err error)
}

// sweepAttempts is how often a sweep tries a call: it has time, and production is first.
const sweepAttempts = 3

// Listing opens the audit role for the listing of one place. Its clients are its own and go with it, or a sweep of an organisation would
// leave thousands behind; its credentials are those of the account, whatever the region. Nothing of it is what answers stand on: neither
// what is known of places that do not answer, nor a second request beside a slow one.
func (c *Cloud) Listing(at event.Place, toll Toll) access.Reads {
	var mu sync.Mutex
	clients := map[string]any{}
	return calls.Reads{Opener: func(p event.Place, service string, global bool, open func(aws.Config) any) any {
		mu.Lock()
		defer mu.Unlock()
		if made, ok := clients[service]; ok {
			return made
		}
		if p = at; global || p.Region == "" {
			p = Global(at)
		}
		made := open(c.listing(p, at, toll))
		clients[service] = made
		return made
	}}
}

// listing is the configuration of a sweep's clients at a place; the toll is for where they were asked for.
func (c *Cloud) listing(p, asked event.Place, toll Toll) aws.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	cfg := c.opts.Base(p).Copy()
	cfg.HTTPClient = c.impatient(cfg.HTTPClient)
	if cfg.Retryer == nil {
		cfg.Retryer = func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = sweepAttempts })
		}
	}
	e := c.entered(p, cfg)
	cfg.Credentials = e.CredentialsProvider
	cfg.APIOptions = slices.Concat(cfg.APIOptions, []func(*middleware.Stack) error{c.opts.Guard.around(Audit), renew(e.as), tolled(asked, toll), traced})
	return cfg
}

// entry is how an account is entered to be listed.
type entry struct {
	aws.CredentialsProvider
	as renewable
}

// entered returns the account's credentials, the same for all its regions. The caller holds the lock.
func (c *Cloud) entered(p event.Place, cfg aws.Config) entry {
	if e, ok := c.listed[p.Account]; ok {
		return e
	}
	process := base{cfg.Credentials}
	own := cfg.Copy()
	own.APIOptions = append(slices.Clip(own.APIOptions), renew(process), within(whole))
	var e entry
	if len(c.opts.Roles) > 0 {
		r := c.assume(reading(p), sts.NewFromConfig(own))
		e = entry{r, r}
	} else {
		e = entry{&itself{sts: sts.NewFromConfig(own), account: p.Account, base: process, turn: make(chan struct{}, 1)}, process}
	}
	if c.listed == nil {
		c.listed = map[string]entry{}
	}
	c.listed[p.Account] = e
	return e
}

// tolled puts the toll around each attempt, below the retries.
func tolled(at event.Place, toll Toll) func(*middleware.Stack) error {
	around := middleware.FinalizeMiddlewareFunc("riposte.toll",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			c := called(ctx)
			if err := toll.Before(ctx, at, c); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			out, md, err := next.HandleFinalize(ctx, in)
			toll.After(at, c, err)
			return out, md, err
		})
	return func(s *middleware.Stack) error {
		return s.Finalize.Insert(around, (*retry.Attempt)(nil).ID(), middleware.After)
	}
}
