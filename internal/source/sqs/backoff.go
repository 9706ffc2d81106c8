package sqs

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// longest is the longest pause between two tries.
const longest = time.Minute

// sharedBackoff is what all pollers know of something that may fail. They log it once, and wait for it together.
type sharedBackoff struct {
	log       *slog.Logger
	bad, good string // what is logged when it begins and when it ends

	mu    sync.Mutex
	count int // failures in a row, those of one pause as one
	until time.Time
	over  chan struct{} // closed when it ends; nil: there is none
}

// ended notes how a try ended, and reports whether it failed.
func (t *sharedBackoff) ended(err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		if t.count > 0 {
			t.log.Info(t.good)
			close(t.over)
		}
		t.count, t.until, t.over = 0, time.Time{}, nil
		return false
	}
	if t.count == 0 {
		t.log.Error(t.bad, "error", err)
		t.over = make(chan struct{})
	}
	if now := time.Now(); !now.Before(t.until) {
		t.count++
		t.until = now.Add(pause(t.count, longest))
	}
	return true
}

// wait waits for the end of the pause. Where there is trouble it returns what is closed when that ends, else nil.
func (t *sharedBackoff) wait(ctx context.Context) (over <-chan struct{}) {
	t.mu.Lock()
	over, until := t.over, t.until
	t.mu.Unlock()
	sleep(ctx, time.Until(until))
	return over
}

// pause is the time before the nth next try: doubled each time from a second on, shortened by up to half so that replicas
// do not come all at once.
func pause(n int, most time.Duration) time.Duration {
	d := min(most, time.Second<<min(max(n-1, 0), 20))
	return d - rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}
