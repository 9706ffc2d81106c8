package origin

import (
	"context"
	"errors"
	"sync"
)

// Watch tells when what lies somewhere is not what was read last, or can't be read. It is safe for concurrent use.
type Watch struct {
	*Reader
	Name string

	mu     sync.Mutex
	last   string // version, or why there was none
	failed int    // times in a row
}

// unreadable is the version of what can't be read.
const unreadable = "unreadable"

// patience is how often in a row a read may fail before that is told: an answer that was lost once is nothing that people can mend.
const patience = 2

// Took notes what was read last, by whomever.
func (w *Watch) Took(version string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last, w.failed = version, 0
}

// Missed notes that what Changed has seen could not be read then: it is told again when it can be. That it can't be is not told twice.
func (w *Watch) Missed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last != unreadable {
		w.last = ""
	}
}

// Changed looks, and reports whether the configuration has to be read again: it has another version, or can't be read any more, or can be again. Each
// is told once.
func (w *Watch) Changed(ctx context.Context) bool {
	t, err := w.Read(ctx, w.Name)
	w.mu.Lock()
	defer w.mu.Unlock()
	now := t.Version
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return false
		}
		if w.failed++; w.failed < patience {
			return false
		}
		now = unreadable
	} else {
		w.failed = 0
	}
	changed := now != w.last
	w.last = now
	return changed
}
