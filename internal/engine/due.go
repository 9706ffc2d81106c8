package engine

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// wake is when to look at the case again: every open state has a time, and so has every report that is owed.
func (t *turn) wake() time.Time {
	now := t.Now()
	if t.c.State.Open() && t.c.Failures > 0 {
		return now.Add(t.backoff(t.c.Failures)) // whatever else is due: it would only fail again
	}
	var due time.Time
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	switch t.c.State {
	case ledger.Suspected, ledger.Acting:
		sooner(later(now, t.held))
	case ledger.Undoing:
		sooner(later(now, t.c.Recheck))
	case ledger.Held:
		sooner(now.Add(t.Timing.Held))
	case ledger.Asked:
		sooner(now.Add(t.Timing.Asked))
	}
	if at := t.nextRound(); !at.IsZero() && t.c.State.Open() {
		sooner(at)
	}
	for at := range t.delayed() {
		sooner(at)
	}
	if t.c.Report.Owed() {
		sooner(later(now, t.c.Report.Due))
	}
	return due
}

// delayed are the times at which steps that wait for their After are due.
func (t *turn) delayed() map[time.Time]bool {
	at := map[time.Time]bool{}
	for ref := range t.live() {
		if due := ref.revision.Made.Add(ref.plan.After); ref.step.State == ledger.Pending && ref.plan.After > 0 && due.After(t.Now()) {
			at[due] = true
		}
	}
	return at
}

func (t *turn) backoff(failures int) time.Duration {
	d := t.Timing.Retry << min(failures-1, 10)
	return min(d, t.Timing.MaxRetry)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
