package console

import (
	"context"
	"sync"
	"time"
)

// counted is what is counted in the background, since that takes longer than a page may.
type counted[T any] struct {
	count func(context.Context) (*T, error)
	clock func() time.Time

	mu      sync.Mutex
	latest  *T
	err     error
	at      time.Time
	running chan struct{} // closed at its end; nil where nobody counts
}

// get returns what was counted last, nil while it is counted for the first time.
func (f *counted[T]) get(ctx context.Context) (*T, error) {
	f.mu.Lock()
	if f.running == nil && (f.latest == nil || f.clock().Sub(f.at) >= figuresLast) {
		f.running = make(chan struct{})
		go f.run(context.WithoutCancel(ctx), f.running)
	}
	running, known := f.running, f.latest
	f.mu.Unlock()
	if known == nil && running != nil {
		select {
		case <-running:
		case <-time.After(atOnce):
		case <-ctx.Done():
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest, f.err
}

func (f *counted[T]) run(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	found, err := f.count(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.latest = found
	}
	f.err, f.at, f.running = err, f.clock(), nil
	close(done)
}
