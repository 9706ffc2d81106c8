package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/transport"
)

// session is what one set of credentials is good for.
type session struct {
	place   event.Place
	purpose Purpose
	name    string       // riposte-CASE, or riposte
	policy  string       // of a session that changes: what it is narrowed to
	unfit   string       // why there is no policy, "" where there is, or where none is due
	class   action.Class // of what is changed
}

// key is one client: a service's, in one session.
type key struct {
	session session
	service string
}

// clientCache keeps what was opened.
type clientCache struct {
	configs map[session]aws.Config
	clients map[key]any
}

// most is how many sessions of cases are kept. Each is used for minutes; a case that goes on opens it anew.
const most = 1000

// client returns the session's client of a service: made once, since making one takes longer than using it.
func client[T any](c *Cloud, s session, service string, open func(aws.Config) T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	on, k := &c.lasting, key{s, service}
	if s.purpose.changes() {
		on = &c.passing
	}
	if made, ok := on.clients[k].(T); ok {
		return made
	}
	if on.configs == nil || on == &c.passing && len(on.configs) >= most {
		*on = clientCache{map[session]aws.Config{}, map[key]any{}}
	}
	cfg, ok := on.configs[s]
	if !ok {
		cfg = c.config(s)
		on.configs[s] = cfg
	}
	made := open(cfg)
	on.clients[k] = made
	return made
}

const (
	// whole is the longest that a call may take, with all its attempts: as long as the engine's own patience with a change.
	whole = 20 * time.Second
	// attempt is the longest that one attempt may: two fit into the whole. Nothing that riposte asks takes AWS as long.
	attempt = 9 * time.Second
)

// config returns a session's configuration: the base's transport, the role's credentials, and what stands around every call,
// from the outside in. The caller holds the lock.
func (c *Cloud) config(s session) aws.Config {
	cfg := c.opts.Base(s.place).Copy()
	cfg.HTTPClient = c.impatient(cfg.HTTPClient)
	process := base{cfg.Credentials}
	own := cfg.Copy()
	own.APIOptions = append(slices.Clip(own.APIOptions), renew(process)) // the slice is the base's, and shared by all sessions
	if cfg.Retryer == nil {
		cfg.Retryer = retryer // a client has one of its own
	}
	around := []func(*middleware.Stack) error{within(whole), c.opts.Guard.around(s.purpose)}
	switch {
	case s.purpose.changes():
		around = append(around, c.pace.around(s))
	case s.purpose == Audit:
		cfg.HTTPClient = hedged{cfg.HTTPClient, impatience}
	}
	switch {
	case s.purpose == Own:
		around = append(around, renew(process))
	case len(c.opts.Roles) > 0:
		r := c.assume(s, sts.NewFromConfig(own))
		cfg.Credentials, around = r, append(around, c.breaker.around(s), renew(r))
	default:
		cfg.Credentials = &itself{sts: sts.NewFromConfig(own), account: s.place.Account, base: process, turn: make(chan struct{}, 1)}
		around = append(around, c.breaker.around(s), renew(process))
	}
	cfg.APIOptions = slices.Concat(cfg.APIOptions, around, []func(*middleware.Stack) error{traced})
	return cfg
}

// within ends a call that takes too long: an endpoint that swallows everything must not hold its caller.
func within(d time.Duration) func(*middleware.Stack) error {
	limit := middleware.InitializeMiddlewareFunc("riposte.within",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			ctx, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			return next.HandleInitialize(ctx, in)
		})
	return func(s *middleware.Stack) error { return s.Initialize.Add(limit, middleware.After) }
}

// impatient returns the base's client with a limit to each attempt, the same for all sessions: they share its connections. The
// base's own may have to wait longer, as for a queue's messages.
func (c *Cloud) impatient(h aws.HTTPClient) aws.HTTPClient {
	inner := h
	if s, ok := h.(transport.Steady); ok {
		inner = s.HTTPClient
	}
	buildable, ok := inner.(*awshttp.BuildableClient)
	if inner != nil && !ok {
		return h
	}
	if made, ok := c.http[h]; ok {
		return made
	}
	if buildable == nil {
		buildable = awshttp.NewBuildableClient()
	}
	made := transport.Steady{HTTPClient: buildable.WithTimeout(attempt)}
	c.http[h] = made
	return made
}
