package world

import (
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// timer is something that the world does by itself at its time.
type timer struct {
	At    time.Time
	What  happening
	Place event.Place
	ID    string // of the instance, the group or the fleet
}

type happening string

const (
	settles  happening = "an instance's transition ends"
	vanishes happening = "a terminated instance is no longer listed"
	replaces happening = "a group looks after its instances"

	replenishes happening = "a fleet or a spot request looks after its instances"
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
	for {
		t, ok := w.state.due(to)
		if !ok {
			break
		}
		w.state.Now = later(w.state.Now, t.At)
		w.state.happen(t)
	}
	w.state.Now = to
	return w.save()
}

// after sets a timer.
func (s *state) after(d time.Duration, what happening, p event.Place, id string) {
	s.Timers = append(s.Timers, timer{s.Now.Add(d), what, p, id})
}

// due takes the earliest timer up to a moment; of one time, the one that was set first.
func (s *state) due(to time.Time) (timer, bool) {
	first := -1
	for i, t := range s.Timers {
		if !t.At.After(to) && (first < 0 || t.At.Before(s.Timers[first].At)) {
			first = i
		}
	}
	if first < 0 {
		return timer{}, false
	}
	t := s.Timers[first]
	s.Timers = slices.Delete(s.Timers, first, first+1)
	return t, true
}

func (s *state) happen(t timer) {
	switch t.What {
	case settles:
		s.settle(t.Place, t.ID)
	case vanishes:
		delete(s.at(t.Place).Instances, t.ID)
	case replaces:
		s.lookAfter(t.Place, t.ID)
	case replenishes:
		s.lookAfterFleet(t.Place, t.ID)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
