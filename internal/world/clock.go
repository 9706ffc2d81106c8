package world

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.Now
}

// Next is the earliest moment after now at which something happens by itself: a record is delivered, an instance's
// transition ends, a group replaces. It is false where nothing will.
func (w *World) Next() (time.Time, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var next time.Time
	consider := func(t time.Time) {
		if t.After(w.state.Now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, t := range w.state.Timers {
		consider(t.At)
	}
	for _, d := range w.state.Pending {
		consider(d.At)
	}
	return next, !next.IsZero()
}

// AdvanceTo moves the clock and lets everything up to that moment happen, in order. The clock never goes back.
func (w *World) AdvanceTo(to time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if to.Before(w.state.Now) {
		return fmt.Errorf("advance to %s: it is already %s", to.Format(time.RFC3339Nano), w.state.Now.Format(time.RFC3339Nano))
	}
	w.state.RunTo(to)
	return w.save()
}

// ShutdownFromInside is the operating system's own shutdown: no call, no record, and protection does not matter.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
func (w *World) ShutdownFromInside(p event.Place, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state.Accounts[p.Account] == nil {
		return fmt.Errorf("shut down %s: no account %s", id, p.Account)
	}
	if err := ec2.ShutDown(w.state.At(p.Account, p.Region), id); err != nil {
		return err
	}
	return w.save()
}
