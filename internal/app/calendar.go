package app

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
)

// calendar is when people are at rest, as a configuration says.
func calendar(r config.Report) gate.Calendar {
	c := gate.Calendar{Zone: r.Zone.Location(), Hours: gate.Hours(r.Quiet.Hours)}
	for _, d := range r.Quiet.Days {
		c.Days = append(c.Days, weekday(d))
	}
	for _, f := range r.Quiet.Freezes {
		c.Freezes = append(c.Freezes, gate.Freeze(f))
	}
	return c
}

// weekday is a day by its number: the file's week begins on Monday, Go's on Sunday.
func weekday(d config.Weekday) time.Weekday {
	return time.Weekday((slices.Index(d.Enum(), string(d)) + 1) % 7)
}

// awake is the first moment from one on at which people are not at rest; where none comes within a year, what waits goes then.
func awake(c gate.Calendar) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		if at, comes := c.Next(t); comes {
			return at
		}
		return t
	}
}
