package desk

import (
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// writing is the lines of one case as they come about.
type writing struct {
	d     *Desk
	v     view
	now   time.Time
	first bool // nothing was told of the case yet
	idle  bool // there is somebody to tell, and nothing to tell them now
	lines []ledger.Line
}

// at adds lines to letters about a matter.
func (w *writing) at(matter string, due time.Time, places ...place) {
	for _, p := range places {
		key := ledger.LetterKey{To: p.to, Channel: p.channel, Matter: matter}
		if slices.ContainsFunc(w.lines, func(l ledger.Line) bool { return l.LetterKey == key }) {
			continue
		}
		w.lines = append(w.lines, ledger.Line{
			LetterKey: key, Case: w.v.id, Due: due, Notice: w.v.worth(), Urgent: p.page && w.urgent(),
		})
	}
}

// urgent reports whether the case can't wait for people to look: it is grave, asks to contain, or something went wrong with it.
func (w *writing) urgent() bool {
	watched := w.v.state == ledger.Observed && !w.v.tells
	return w.v.grave() && !watched || w.v.containing() || w.v.paged != "" || w.v.state == ledger.Failed
}

// approvers tells security: at once, but of what is only watched, which stands in the daily letter.
func (w *writing) approvers() {
	p := w.d.People
	groups := append(slices.Clone(p.Approvers), p.Fallback)
	places := p.among(groups...)
	if w.v.state == ledger.Observed && !w.v.tells && w.v.paged == "" {
		w.digest(places)
		return
	}
	matter := w.v.matter
	if !w.v.contains && !w.v.unread && !w.v.pressing() && w.v.wrong() { // however much goes wrong with what is not urgent, it is one letter a day
		matter = trouble + w.d.day(w.now)
	}
	if w.urgent() && (w.v.grave() || w.v.containing()) {
		places = append(places, p.pages(groups...)...)
	}
	if len(places) == 0 {
		places = p.last()
	}
	w.at(matter, w.now, places...)
}

// trouble begins the matter of what went wrong in a day with what is not urgent.
const trouble = "trouble/"

// owners are where whose the thing is is told, else approvers, else the fallback group.
func (w *writing) owners(o Owner) (places []place) {
	p := w.d.People
	switch {
	case o.Group != "":
		places = p.places(o.Group)
	case o.Address != "":
		address := strings.ToLower(o.Address)
		if !p.Within(address) {
			w.d.Meter.Outside()
			w.d.Log.Warn("an owner's address is in none of people.domains: the fallback group is told instead", "case", w.v.id)
			places = p.places(p.Fallback)
			break
		}
		if ways := p.ways(address); len(ways) > 0 {
			places = []place{{address, ways[0], false}}
		}
	}
	if o.Beside != nil && len(w.v.unheard) > 0 {
		for _, x := range w.owners(*o.Beside) {
			if !slices.ContainsFunc(places, func(y place) bool { return x.to == y.to && x.channel == y.channel }) {
				places = append(places, x)
			}
		}
	}
	if o.Ignored {
		w.d.Meter.Outside()
		places = append(places, p.places(p.Fallback)...)
	}
	if len(places) == 0 {
		places = p.among(p.Approvers...)
	}
	if len(places) == 0 {
		places = p.places(p.Fallback)
	}
	if len(places) == 0 {
		places = p.last()
	}
	return places
}

// owner tells the owner: with the day's letter, but for what can't wait.
func (w *writing) owner(places []place) {
	if w.v.pressing() {
		w.at(w.v.matter, w.now, places...)
		return
	}
	w.digest(places)
}

// person asks whoever did it whether it was they: at once. Security is told beside, by its own letter.
func (w *writing) person(address string) {
	if !w.d.People.Within(address) {
		w.d.Meter.Outside()
		return
	}
	if ways := w.d.People.ways(address); len(ways) > 0 {
		w.at(w.v.matter, w.now, place{address, ways[0], true})
	}
}

// digest puts the case into daily letters, where it is new or asks, today, or with the week's, where it is only watched. Whatever else
// becomes of it brings the letter up to date in which people were told of it: no letter comes of that, but of what silence did, to who reads it where
// no message is brought up to date.
func (w *writing) digest(places []place) {
	if len(places) == 0 {
		return
	}
	at, day := w.d.daily(w.now)
	switch {
	case w.v.state == ledger.Observed:
		if !w.first {
			w.idle = true
			return
		}
		w.announcements(places)
		at, day = w.d.weekly(w.now)
	case w.v.news() || w.v.wrong():
	case !w.v.told.IsZero():
		if w.v.silent && !w.v.open() {
			unchanging := slices.DeleteFunc(slices.Clone(places), func(p place) bool { return edits(p.channel) })
			w.at("digest/"+day, at, unchanging...)
		}
		at, day = w.now, w.d.day(w.v.told)
		places = slices.DeleteFunc(slices.Clone(places), func(p place) bool { return !edits(p.channel) })
		w.idle = true
	case !w.first:
		w.idle = true
		return
	}
	w.at("digest/"+day, at, places...)
}
