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

// function is a handler that is made once in the life of a process. What can't be made is tried again with each invocation,
// which fails with the reason: the queue keeps its messages meanwhile.
type function struct {
	build func(context.Context) (runtime.Handler, error)

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
	if f.made == nil {
		ctx, cancel := context.WithTimeout(ctx, beginning)
		defer cancel()
		made, err := f.build(ctx)
		if err != nil {
			return nil, err
		}
		f.made = made
	}
	return f.made, nil
}
