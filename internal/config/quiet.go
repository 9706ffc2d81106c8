package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container from scratch and the function have none of their own: half a megabyte, a third of it when packed

	"github.com/ripostehq/riposte/internal/strict"
)

// Zone is a time zone by its name; the zero value is UTC.
type Zone struct{ at *time.Location }

// UnmarshalText reads a name of the IANA's: Europe/Berlin. That of the machine is none, since two replicas may have two.
func (z *Zone) UnmarshalText(text []byte) error {
	at, err := time.LoadLocation(string(text))
	if err != nil || string(text) == "" || string(text) == "Local" {
		return fmt.Errorf("no time zone is called %q: want a name like Europe/Berlin, or UTC", text)
	}
	*z = Zone{at}
	return nil
}

// Location is the zone.
func (z Zone) Location() *time.Location {
	if z.at == nil {
		return time.UTC
	}
	return z.at
}

// String is the zone's name.
func (z Zone) String() string { return z.Location().String() }

// Quiet is when nobody is told of what can wait.
type Quiet struct {
	Hours   Hours     `yaml:"hours" help:"From and to, each day, past midnight too: \"18:00-09:00\"."`
	Days    []Weekday `yaml:"days" help:"Whole days of the week."`
	Freezes []Freeze  `yaml:"freezes" help:"First and last day of a change freeze: 2026-12-20/2027-01-04."`
}

// Hours are part of a day, from midnight; they may go past the next. The zero value is none.
type Hours struct{ From, To time.Duration }

// UnmarshalText reads "18:00-09:00".
func (h *Hours) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	a, errFrom := time.Parse("15:04", strings.TrimSpace(from))
	b, errTo := time.Parse("15:04", strings.TrimSpace(to))
	if !ok || errFrom != nil || errTo != nil || a.Equal(b) {
		return errors.New(`want from and to, in quotes: "18:00-09:00"`)
	}
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	*h = Hours{a.Sub(midnight), b.Sub(midnight)}
	return nil
}

// String is the hours as the file says them, "" for none.
func (h Hours) String() string {
	if h == (Hours{}) {
		return ""
	}
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	return clock(h.From) + "-" + clock(h.To)
}

// Weekday is a day of the week: mon.
type Weekday string

// Enum lists them.
func (Weekday) Enum() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// Freeze is some days, the last of them too.
type Freeze struct{ First, Last string } // 2006-01-02, which are in order as texts

// UnmarshalText reads "2026-12-20/2027-01-04".
func (f *Freeze) UnmarshalText(text []byte) error {
	first, last, _ := strings.Cut(string(text), "/")
	a, errFirst := time.Parse(time.DateOnly, first)
	b, errLast := time.Parse(time.DateOnly, last)
	if errFirst != nil || errLast != nil || b.Before(a) {
		return errors.New("want first and last day: 2026-12-20/2027-01-04")
	}
	*f = Freeze{first, last}
	return nil
}

// String is the freeze as the file says it.
func (f Freeze) String() string { return f.First + "/" + f.Last }

func (k checker) quiet(at strict.Node, q Quiet) {
	for i, d := range q.Days {
		if slices.Index(q.Days, d) < i {
			at.At("days", i).Complain("%s is there twice", d)
		}
	}
	if week := Weekday("").Enum(); !slices.ContainsFunc(week, func(d string) bool { return !slices.Contains(q.Days, Weekday(d)) }) {
		at.At("days").Complain("the whole week is quiet: nobody would ever be told")
	}
	for i, f := range q.Freezes {
		first, _ := time.Parse(time.DateOnly, f.First) // which were read already
		last, _ := time.Parse(time.DateOnly, f.Last)
		if last.Sub(first) > 92*24*time.Hour {
			at.At("freezes", i).Complain("a freeze has 92 days at most: nobody would be told, and nothing mended, for longer")
		}
	}
}
