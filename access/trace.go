package access

import (
	"context"
	"slices"
	"sync"
)

// Trace collects the request ids of the calls that are made under one context: by them riposte knows its own work again.
// It is safe for concurrent use.
type Trace struct {
	mu       sync.Mutex
	requests []string
}

type traceKey struct{}

// WithTrace gives the context a trace to fill.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// TraceOf returns the trace that calls under this context belong to; nil where none was asked for.
func TraceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Add notes the request id of a call that was answered.
func (t *Trace) Add(requestID string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = append(t.requests, requestID)
}

// Requests are the request ids, in the order of the answers.
func (t *Trace) Requests() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.requests)
}
