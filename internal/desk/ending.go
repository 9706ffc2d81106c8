package desk

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// exception begins the matter of an exception that ends.
const exception = "exception/"

// ending are the exceptions of a case of which people are to be told that they end; none where none is due.
func ending(c *ledger.Case, now time.Time) []ledger.Exception {
	if !slices.ContainsFunc(c.EndsTold(now), func(at time.Time) bool { return !at.After(now) }) {
		return nil
	}
	return slices.DeleteFunc(c.Excepts(now), func(x ledger.Exception) bool { return x.Until.Sub(now) > week })
}

const week = 7 * 24 * time.Hour

// ends tells that exceptions end, with the day's letters: who owns the thing, else security.
func (w *writing) ends(all []ledger.Exception, owners []place) {
	if len(owners) == 0 {
		owners = w.d.People.among(append(slices.Clone(w.d.People.Approvers), w.d.People.Fallback)...)
	}
	if len(owners) == 0 {
		owners = w.d.People.last()
	}
	day, _ := w.d.daily(w.now)
	for _, x := range all {
		w.at(exception+x.ID(), w.d.intime(day, w.now, x.Until), owners...)
		for i := range w.lines {
			w.lines[i].Notice = true
		}
	}
}

// intime is when people are told of an end: at a moment, where that leaves them time, else as soon as they are at work before it, else at once:
// told while they rest is better than told when it is over.
func (d *Desk) intime(at, now, end time.Time) time.Time {
	if !at.Add(ledger.Notice).After(end) {
		return at
	}
	if soon := d.Awake(now); soon.Before(end) {
		return soon
	}
	return now
}

// aboutException reports whether a letter is about one.
func aboutException(matter string) bool { return strings.HasPrefix(matter, exception) }

// endsOf says when the exception of a letter ends, "" where it is over or was ended.
func (d *Desk) endsOf(matter string, cases []view) string {
	for _, v := range cases {
		for _, x := range v.excepts {
			if exception+x.ID() == matter {
				return fmt.Sprintf("what was let be by %s is answered again in %s, from %s on: fix it, or ask for another exception",
					x.By, count(int(math.Ceil(x.Until.Sub(d.Now()).Hours()/24)), "day"), d.clock(x.Until))
			}
		}
	}
	return ""
}
