package lambda

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// most is how many cases are worked on at once.
const most = 4

// due does all that is due, in the time that there is, and asks to be invoked when more will be. A wake that can't be asked
// for only costs time: the ledger knows what is due, and the tick comes.
func (h *Handler) due(ctx, limited context.Context, messages int) error {
	// A case mostly waits for AWS, but what begins with one event, in a process that may just have begun itself, should open one
	// connection and not four. Without a message it is time: for how many cases is known to the ledger alone.
	workers := most
	if messages > 0 {
		workers = min(most, messages)
	}
	var next time.Time // when there is something to do again: what the last of them was told
	var err error
	var mu sync.Mutex
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			at, failed := h.RunDue(limited)
			mu.Lock()
			defer mu.Unlock()
			next, err = at, errors.Join(err, failed)
		})
	}
	all.Wait()
	if messages == 0 && h.Sweep != nil && err == nil && limited.Err() == nil { // a batch would wait for it, and come again
		at, failed := h.Sweep(limited)
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
		err = failed
	}
	switch {
	case err != nil && limited.Err() != nil:
		next, err = h.Now(), nil // out of time: the next invocation goes on
	case err != nil:
		next, err = h.Now(), fmt.Errorf("do what is due: %w", err)
		h.Log.Error("invocation failed", "error", err)
	}
	if h.Wake == nil || next.IsZero() {
		return err
	}
	if wakeErr := h.Wake.At(ctx, next); wakeErr != nil {
		h.Log.Warn("no wake was asked for: the next tick comes instead", "error", wakeErr)
	}
	return err
}
