package names

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
)

// Entry is one line of an index of names: a resource that has the name or had it, or a record or origin that points to it.
type Entry struct {
	Key      Key
	Resource event.Resource
	Points   bool      // it points to the name; else it has it
	Private  bool      // it points from a private zone
	Since    time.Time // when it was first seen so, to the second
	Gone     time.Time // of what had the name: since when it has not; zero: it has it
}

// Source is what is read as one: the records of a hosted zone, or all of a kind in a place.
type Source struct {
	Place event.Place
	Kind  string
	Zone  string // of records
}

// Source returns where the entry is read.
func (e Entry) Source() Source {
	s := Source{Place: e.Resource.Place(), Kind: e.Resource.Type}
	if s.Kind == event.RecordSet {
		s.Zone, _, _ = strings.Cut(e.Resource.ID, "/")
	}
	return s
}

// line is what tells entries apart.
type line struct {
	key      Key
	resource event.Resource
	points   bool
}

func (e Entry) line() line { return line{e.Key, e.Resource, e.Points} }

// Remembered is how long what had a name is known after it is gone: it is what makes a later finding certain.
const Remembered = 400 * 24 * time.Hour

// Turn is what a look at a source, or at one resource, changes of what was known of it.
type Turn struct {
	Put  []Entry // begin, or are changed
	Drop []Entry
}

// Len is how many lines it writes.
func (t Turn) Len() int { return len(t.Put) + len(t.Drop) }

// Compare says what changes where, at a moment, all that is there of a source or resource is now. What pointed and does no more is dropped, what
// had a name and is not there is kept as gone. What was seen later than the moment stays: events come late.
func Compare(known, now []Entry, at time.Time) (t Turn) {
	at = at.Truncate(time.Second).UTC()
	before := make(map[line]Entry, len(known))
	for _, k := range known {
		before[k.line()] = k
	}
	for _, n := range now {
		old, was := before[n.line()]
		delete(before, n.line())
		n.Since, n.Gone = at, time.Time{}
		switch {
		case !was:
			t.Put = append(t.Put, n)
		case old.Gone.After(at):
		case !old.Gone.IsZero():
			t.Put = append(t.Put, n)
		case old.Private != n.Private:
			n.Since = old.Since
			t.Put = append(t.Put, n)
		}
	}
	for _, k := range before {
		switch {
		case k.Since.After(at):
		case k.Points, !k.Gone.IsZero() && at.Sub(k.Gone) > Remembered:
			t.Drop = append(t.Drop, k)
		case k.Gone.IsZero():
			k.Gone = at
			t.Put = append(t.Put, k)
		}
	}
	sort(t.Put)
	sort(t.Drop)
	return t
}

func sort(all []Entry) {
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Resource.ID, b.Resource.ID), cmp.Compare(a.Key.String(), b.Key.String()))
	})
}

// Change is what an event shows of one resource: all that it has, or points to, from then on.
type Change struct {
	Resource event.Resource
	At       time.Time
	Now      []Entry // none: it is gone
	// Adds: the event shows a part. What it does not name stays as it is.
	Adds bool
}

// Turn is what the change does to what was known of its resource. An event does not say whether a zone is private: what is known of the record stays.
func (c Change) Turn(known []Entry) Turn {
	private := slices.ContainsFunc(known, func(e Entry) bool { return e.Points && e.Private })
	now := slices.Clone(c.Now)
	for i := range now {
		now[i].Private = now[i].Private || private
	}
	t := Compare(known, now, c.At)
	if c.Adds {
		t.Drop, t.Put = nil, slices.DeleteFunc(t.Put, func(e Entry) bool { return !e.Gone.IsZero() })
	}
	return t
}
