package core

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Timer is something that the world does by itself at its time.
type Timer struct {
	At    time.Time
	What  Happening
	Place event.Place
	ID    string // of the resource that it concerns
}

// Happening is what a resource hears of by its handler: its own timers, and what befell another service's resources.
type Happening string

// After sets a timer.
func (at At) After(d time.Duration, what Happening, id string) {
	at.Timers = append(at.Timers, Timer{at.Now.Add(d), what, at.Place, id})
}

// Happen tells the resources that listen to something, now.
func (at At) Happen(what Happening, id string) {
	for _, s := range at.services {
		for _, r := range s.Resources {
			if hear := r.On[what]; hear != nil {
				hear(at, id)
			}
		}
	}
}

// Forget takes back the timers of a resource.
func (at At) Forget(id string) {
	at.Timers = slices.DeleteFunc(at.Timers, func(t Timer) bool { return t.ID == id })
}

// RunTo lets everything up to a moment happen, in order, and leaves the clock there.
func (s *State) RunTo(to time.Time) {
	for {
		t, ok := s.due(to)
		if !ok {
			break
		}
		if t.At.After(s.Now) {
			s.Now = t.At
		}
		At{s, t.Place}.Happen(t.What, t.ID)
	}
	s.Now = to
}

// due takes the earliest timer up to a moment; of one time, the one that was set first.
func (s *State) due(to time.Time) (Timer, bool) {
	first := -1
	for i, t := range s.Timers {
		if !t.At.After(to) && (first < 0 || t.At.Before(s.Timers[first].At)) {
			first = i
		}
	}
	if first < 0 {
		return Timer{}, false
	}
	t := s.Timers[first]
	s.Timers = slices.Delete(s.Timers, first, first+1)
	return t, true
}
