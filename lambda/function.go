package lambda

import (
	"context"
	"fmt"
	"sync"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
)

// beginning is the longest that a process may take to begin: after ten seconds Lambda ends it and begins another.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
const beginning = 9 * time.Second

// function is a handler that is made once in the life of a process, and again where the configuration has changed. What can't be made is tried again
// with each invocation, which fails with the reason: the queue keeps its messages meanwhile. Where one was made before, that one goes on.
type function struct {
	build   func(context.Context) (runtime.Handler, error)
	changed func(context.Context) bool // whether another has to be made; nil where none ever has
	refused func(error)                // told why another could not be made

	mu   sync.Mutex
	made runtime.Handler
}

// Invoke is one invocation.
func (f *function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	h, err := f.handler(ctx)
	if err != nil {
		return nil, fmt.Errorf("riposte can't start: %w", err)
	}
	return h.Invoke(ctx, payload)
}

func (f *function) handler(ctx context.Context) (runtime.Handler, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.made != nil && (f.changed == nil || !f.changed(ctx)) {
		return f.made, nil
	}
	ctx, cancel := context.WithTimeout(ctx, beginning)
	defer cancel()
	made, err := f.build(ctx)
	switch {
	case err == nil:
		f.made = made
	case f.made == nil:
		return nil, err
	default:
		f.refused(err)
	}
	return f.made, nil
}
