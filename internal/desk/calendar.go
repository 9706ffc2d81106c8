package desk

import "time"

// opens is the hour of the zone at which daily letters go.
const opens = 9

// daily is when the next daily letter goes, from a moment on, and its day: at nine, or when the quiet that lies over it ends.
func (d *Desk) daily(from time.Time) (at time.Time, day string) {
	local := from.In(d.Zone)
	at = time.Date(local.Year(), local.Month(), local.Day(), opens, 0, 0, 0, d.Zone)
	if at.Before(from) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, opens, 0, 0, 0, d.Zone)
	}
	for range mostQuiet {
		awake := d.Awake(at).In(d.Zone)
		if sameDay(awake, at) {
			at = awake
			break
		}
		at = time.Date(awake.Year(), awake.Month(), awake.Day(), opens, 0, 0, 0, d.Zone)
	}
	return at, at.In(d.Zone).Format(time.DateOnly)
}

// mostQuiet bounds how many days a quiet time is followed.
const mostQuiet = 400

// weekly is when the next weekly letter goes: with the first daily one of the next week.
func (d *Desk) weekly(from time.Time) (at time.Time, day string) {
	local := from.In(d.Zone)
	ahead := (8 - int(local.Weekday())) % 7 // days until Monday
	if ahead == 0 {
		ahead = 7
	}
	return d.daily(time.Date(local.Year(), local.Month(), local.Day()+ahead, 0, 0, 0, 0, d.Zone))
}

// day is the day of a moment, in the zone.
func (d *Desk) day(t time.Time) string { return t.In(d.Zone).Format(time.DateOnly) }

// clock is a moment as the clocks of the zone say it, and the zone's name.
func (d *Desk) clock(t time.Time) string {
	said := t.In(d.Zone).Format("Mon, 2 Jan 2006 15:04 MST")
	if d.Zone != time.UTC {
		said += " (" + d.Zone.String() + ")"
	}
	return said
}

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}
