package access

import (
	"context"
	"sync"
)

// Call is one change that was sent to AWS.
type Call struct {
	Service, Operation string
	RequestID          string // AWS's own; "" where no answer came
}

// Trace collects the changes that are made under one context: what riposte did itself it knows again by its request id.
// It is safe for concurrent use.
type Trace struct {
	mu    sync.Mutex
	calls []Call
}

type traceKey struct{}

// WithTrace gives the context a trace to fill.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// TraceOf is the trace that calls under this context belong to; nil where nobody asked for one.
func TraceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Add notes a call.
func (t *Trace) Add(c Call) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, c)
}

// Requests are the request ids of the calls that were answered.
func (t *Trace) Requests() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, c := range t.calls {
		if c.RequestID != "" {
			ids = append(ids, c.RequestID)
		}
	}
	return ids
}
