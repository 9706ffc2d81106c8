package sweep

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// seen is a sighting as it is compared with streaks.
type seen struct {
	playbook.Sighting
	tags  string    // digest of those that keep it
	since time.Time // when these were first seen
	held  string    // why they can't be read, while they hold it
}

// id is what makes two sightings one streak.
type id struct {
	playbook string
	resource event.Resource
}

// turn is what a listing does to streaks.
type turn struct {
	streaks       map[id]ledger.Streak // of what was seen, as they stand afterwards
	changes       []ledger.StreakChange
	begun, broken int
}

// compare says what a listing does to the streaks that are known there. Absence from a complete listing breaks a streak; an incomplete one
// begins streaks and breaks none: what was not read may be there. What was not judged for a week, by was, the coverage before, begins anew: it may
// have been used meanwhile. number is Streak.Sweep of those that begin; of are the playbooks that judged: a streak of another is left alone.
func compare(known []ledger.Streak, sightings []seen, c, was ledger.Coverage, number int, of func(playbookID string) bool) turn {
	t := turn{streaks: make(map[id]ledger.Streak, len(sightings))}
	before := make(map[id]ledger.Streak, len(known))
	for _, k := range known {
		before[id{k.Playbook, k.Resource}] = k
	}
	for _, s := range sightings {
		at := id{s.Suspect.Playbook, s.Suspect.Resource}
		if _, twice := t.streaks[at]; twice {
			continue // a listing may show a resource on two pages, where it changes meanwhile
		}
		old, stood := before[at]
		next, changed := t.meet(old, stood && !unseen(old, was, c.Ended), s, c, number)
		t.streaks[at] = next
		if stood && !next.First.Equal(old.First) {
			t.changes, t.broken = append(t.changes, ledger.StreakChange{Streak: old, Ended: true}), t.broken+1
		}
		if changed {
			t.changes = append(t.changes, ledger.StreakChange{Streak: next})
		}
	}
	for at, k := range before {
		if _, still := t.streaks[at]; !still && c.Error == "" && of(k.Playbook) {
			t.changes, t.broken = append(t.changes, ledger.StreakChange{Streak: k, Ended: true}), t.broken+1
		}
	}
	slices.SortStableFunc(t.changes, func(a, b ledger.StreakChange) int {
		return cmp.Or(cmp.Compare(a.Streak.Playbook, b.Streak.Playbook), cmp.Compare(a.Streak.Resource.ID, b.Streak.Resource.ID))
	})
	return t
}

// meet is what becomes of one streak that was seen.
func (t *turn) meet(old ledger.Streak, was bool, s seen, c ledger.Coverage, number int) (next ledger.Streak, changed bool) {
	now := c.Ended
	if was && !restarted(old, s.Since, now) {
		next = old
		next.Title, next.Severity, next.Facts = s.Suspect.Title, string(s.Suspect.Severity), s.Suspect.Facts
		next.Kept, next.KeepTags, next.KeepSeen = s.Kept, s.tags, s.since
		return next, next.Title != old.Title || next.Severity != old.Severity || !bytes.Equal(next.Facts, old.Facts) || !next.Kept.Equal(old.Kept) || next.KeepTags != old.KeepTags
	}
	t.begun++
	next = ledger.Streak{
		Playbook: s.Suspect.Playbook, Kind: c.Kind, Resource: s.Suspect.Resource, Since: now, First: now, Sweep: number,
		Kept: s.Kept, KeepTags: s.tags, KeepSeen: s.since, Title: s.Suspect.Title, Severity: string(s.Suspect.Severity), Facts: s.Suspect.Facts,
	}
	if !s.Since.IsZero() && s.Since.Before(now) {
		next.Since = s.Since
	}
	return next, true
}

// unseen reports whether a streak was judged by no complete listing for more than a week.
func unseen(old ledger.Streak, last ledger.Coverage, now time.Time) bool {
	return now.Sub(old.First) > rare && now.Sub(last.JudgedBy(old.Playbook)) > rare
}

// restarted reports whether AWS's own time proves that it was otherwise meanwhile: an instance that ran for an hour on a Sunday is
// stopped again on Monday, since Sunday. A time to come proves nothing, a clock is wrong.
func restarted(old ledger.Streak, since, now time.Time) bool {
	return !since.IsZero() && since.Before(now) && since.After(old.Since)
}
