package gate

import (
	"slices"
	"time"
)

// Calendar is when people are at rest: what can wait is neither told nor done then. Nothing is quiet by the zero value.
type Calendar struct {
	Zone    *time.Location // nil: UTC
	Hours   Hours          // of each day
	Days    []time.Weekday // quiet as a whole
	Freezes []Freeze
}

// Hours are a part of each day by its clock, since midnight; From after To goes past midnight, From equal to To is none.
type Hours struct{ From, To time.Duration }

// Freeze is days on which nothing is changed, from the first to the last, as time.DateOnly writes them.
type Freeze struct{ First, Last string }

// mostQuiet bounds how far ahead a moment that is not quiet is looked for.
const mostQuiet = 400 * 24 * time.Hour

// Quiet reports whether people are at rest.
func (c Calendar) Quiet(t time.Time) bool {
	t = t.In(c.zone())
	return c.dayOff(t) || c.hourOff(t)
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

func (c Calendar) dayOff(local time.Time) bool {
	if slices.Contains(c.Days, local.Weekday()) {
		return true
	}
	day := local.Format(time.DateOnly)
	return slices.ContainsFunc(c.Freezes, func(f Freeze) bool { return f.First <= day && day <= f.Last })
}

func (c Calendar) hourOff(local time.Time) bool {
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	if from, to := c.Hours.From, c.Hours.To; from <= to {
		return from <= clock && clock < to
	}
	return c.Hours.From <= clock || clock < c.Hours.To
}

// Next is the first moment from one on that is not quiet: that moment itself, where it is none. It is false where none comes
// within a year and a month.
func (c Calendar) Next(t time.Time) (time.Time, bool) {
	as := t.Location()
	for end := t.Add(mostQuiet); !t.After(end); {
		local := t.In(c.zone())
		switch {
		case c.dayOff(local):
			t = toward(t, clock(local, 1, 0))
		case !c.hourOff(local):
			return t.In(as), true
		case clock(local, 0, c.Hours.To).After(t):
			t = toward(t, clock(local, 0, c.Hours.To))
		default:
			t = toward(t, clock(local, 1, 0))
		}
	}
	return time.Time{}, false
}

// Working is the moment by which so much time has passed that was not quiet, some hours: it is counted by the minute. It is false where
// that takes more than a year and a month.
func (c Calendar) Working(from time.Time, d time.Duration) (time.Time, bool) {
	for limit := from.Add(mostQuiet); d > 0; {
		at, ok := c.Next(from)
		if !ok || at.After(limit) {
			return time.Time{}, false
		}
		step := min(d, nextMinute(at).Sub(at))
		from, d = at.Add(step), d-step
	}
	return from, true
}

// clock is when the clock shows so much since midnight, that day or a later one.
func clock(local time.Time, days int, since time.Duration) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, int(since/time.Hour), int(since/time.Minute)%60, 0, 0, local.Location())
}

// shifts is more than clocks are changed by: the last part of a way to a time of day is gone by the minute, since that time may be there
// twice, or not at all.
const shifts = 2 * time.Hour

// toward is a moment on the way to a later one, which does not pass it by.
func toward(t, to time.Time) time.Time {
	if most := to.Add(-shifts); most.After(t) {
		return most
	}
	return nextMinute(t)
}

func nextMinute(t time.Time) time.Time { return t.Add(time.Minute).Truncate(time.Minute) }
