package desk

import (
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// A playbook that acts from a day on (enforce_from) is announced. Who reads in the weekly letter what is only watched until then, reads there from
// when on it is not, again each week (week.go), and is told once more a week and a day before, of all that was found.

// announced begins the matter of such a letter: announced/PLAYBOOK/2027-02-01/7.
const announced = "announced/"

// announcedAhead is how many days before it acts a playbook is announced once more.
func announcedAhead() []int { return []int{7, 1} }

func announcedBy(playbookID, day string, days int) string {
	return fmt.Sprintf("%s%s/%s/%d", announced, playbookID, day, days)
}

// enforcedFrom is when riposte begins to act on what a case found; zero where it does, or never will.
func (d *Desk) enforcedFrom(v view, now time.Time) time.Time {
	if v.state != ledger.Observed || !v.changes || d.Enforced == nil {
		return time.Time{}
	}
	if from := d.Enforced(v.playbook); from.After(now) {
		return from
	}
	return time.Time{}
}

// announcements puts a case into the letters of the week and of the day before, those that are not too late.
func (w *writing) announcements(places []place) {
	from := w.v.enforced
	if from.IsZero() {
		return
	}
	for _, days := range announcedAhead() {
		at, _ := w.d.daily(from.AddDate(0, 0, -days))
		if at.After(w.now) && at.Before(from) {
			w.at(announcedBy(w.v.playbook, w.d.day(from), days), at, places...)
		}
	}
}

// announcement says from when on riposte acts on what is shown, of each playbook once.
func announcement(shown []view, zone *time.Location) (out []string) {
	var said []string
	for _, v := range shown {
		if v.enforced.IsZero() || slices.Contains(said, v.playbook) {
			continue
		}
		said = append(said, v.playbook)
		out = append(out, fmt.Sprintf("From %s on riposte answers what %s finds, and no longer only watches: put it right until then, or ask for an exception.",
			v.enforced.In(zone).Format("Monday, 2 January 2006"), v.playbook))
	}
	return out
}
