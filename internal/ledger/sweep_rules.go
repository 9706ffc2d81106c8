package ledger

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// CompareCoverages is the order of Sweeps.Coverages.
func CompareCoverages(a, b Coverage) int {
	return cmp.Or(cmp.Compare(a.Place.Account, b.Place.Account), cmp.Compare(a.Place.Region, b.Place.Region), cmp.Compare(a.Kind, b.Kind))
}

// After is the coverage as it stands behind the one before it.
func (c Coverage) After(was Coverage, day string) Coverage {
	c.Empty = was.Empty
	c.Complete, c.Counted, c.Last, c.Whole = was.Complete, was.Counted, was.Last, was.Whole
	c.Began, c.Ended = kept(c.Began), kept(c.Ended)
	c.Judged = c.judged(was)
	if c.Error != "" {
		return c
	}
	c.Last, c.Whole = c.Ended, c.Listed
	if c.Empty++; c.Listed > 0 {
		c.Empty = 0
	}
	if day > was.Counted {
		c.Complete, c.Counted = c.Complete+1, day
	}
	return c
}

// judgedKept is how long it is kept when a playbook last judged a listing.
const judgedKept = 30 * 24 * time.Hour

// judged is Coverage.Judged behind the coverage before it.
func (c Coverage) judged(was Coverage) map[string]time.Time {
	all := maps.Clone(was.Judged)
	maps.DeleteFunc(all, func(_ string, at time.Time) bool { return c.Ended.Sub(at) > judgedKept })
	if c.Error == "" && all == nil && len(c.Judged) > 0 {
		all = map[string]time.Time{}
	}
	if c.Error == "" {
		for id, at := range c.Judged {
			all[id] = kept(at)
		}
	}
	return all
}

// JudgedBy is when a playbook last judged a complete listing: zero where that is weeks ago, or never. Coverage of before this was kept has the last listing.
func (c Coverage) JudgedBy(playbookID string) time.Time {
	if len(c.Judged) == 0 {
		return c.Last
	}
	return c.Judged[playbookID]
}

// Begins is Streak.Sweep of a streak that this listing is the first to see; was is the coverage before it. An incomplete listing
// counts as no sighting: the next complete one is the first.
func (c Coverage) Begins(was Coverage, day string) int {
	if c.Error == "" && day <= was.Counted {
		return was.Complete
	}
	return was.Complete + 1
}

// SweptChange is what becomes of one streak in one listing.
type SweptChange struct {
	Streak Streak
	Ends   bool // the one that stands
	Begins bool // another, where it ends; else it begins or goes on with this row
}

// SweptChanges gives the changes by streak, so many at once, in the order of keys and as stores keep them. Those of one streak are one.
func SweptChanges(of Coverage, changes []StreakChange, most int) iter.Seq2[[]SweptChange, error] {
	return func(yield func([]SweptChange, error) bool) {
		order := make([]int32, len(changes)) // a place is less to move than a change
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortStableFunc(order, func(a, b int32) int { return changes[a].Streak.compare(changes[b].Streak) })
		for len(order) > 0 {
			var some []SweptChange
			for ; len(order) > 0; order = order[1:] {
				ch := changes[order[0]]
				s, err := ch.Streak.asKept(of.Listing, ch.Ended)
				if err != nil {
					yield(nil, err)
					return
				}
				if n := len(some); n == 0 || some[n-1].Streak.compare(s) != 0 {
					if n == most {
						break
					}
					some = append(some, SweptChange{})
				}
				last := &some[len(some)-1]
				last.Streak, last.Begins, last.Ends = s, !ch.Ended, last.Ends || ch.Ended
			}
			if !yield(some, nil) {
				return
			}
		}
	}
}

func (s Streak) compare(t Streak) int {
	a, b := s.Resource, t.Resource
	return cmp.Or(cmp.Compare(s.Playbook, t.Playbook), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Region, b.Region), cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Account, b.Account), cmp.Compare(a.Partition, b.Partition))
}

// SortStreaks puts them in the order of Sweeps.Streaks.
func SortStreaks(all []Streak) { slices.SortFunc(all, Streak.compare) }

// KeyIn is the resource as its listing's streaks are keyed: the id alone of what was listed itself.
func (s Streak) KeyIn(of Listing) string {
	if s.Resource == of.Place.In(of.Kind, s.Resource.ID) && !strings.HasPrefix(s.Resource.ID, "|") {
		return s.Resource.ID
	}
	return "|" + resource(s.Resource)
}

// mostFacts bounds a streak's facts, so that as many as one transaction changes fit it.
const mostFacts = 16 << 10

// asKept is the streak as stores keep it, fit to be compared byte by byte.
func (s Streak) asKept(of Listing, ended bool) (Streak, error) {
	switch {
	case s.Playbook == "" || s.Resource.ID == "":
		return s, fmt.Errorf("a streak of %s in %s names no playbook or no resource", of.Kind, of.Place.Region)
	case s.First.IsZero() && !ended:
		return s, fmt.Errorf("the streak of %s for %s does not say when it was first seen", s.Resource, s.Playbook)
	}
	s.Kind = of.Kind
	s.Since, s.First, s.Told, s.Kept, s.KeepSeen = kept(s.Since), kept(s.First), kept(s.Told), kept(s.Kept), kept(s.KeepSeen)
	if s.Since.IsZero() || s.Since.After(s.First) { // a clock was set back, or AWS's is ahead
		s.Since = s.First
	}
	s.Title = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s.Title, "\uFFFD"))
	if len(s.Facts) == 0 {
		s.Facts = nil
	}
	if len(s.Facts) > mostFacts {
		return s, fmt.Errorf("the facts of %s for %s have %d bytes, a streak holds %d", s.Resource, s.Playbook, len(s.Facts), mostFacts)
	}
	return s, nil
}

// Over is the streak as it stands behind the row before it, where it did not end: see Sweeps.Swept.
func (s Streak) Over(stood Streak) Streak {
	s.First, s.Sweep, s.Told, s.Case = stood.First, stood.Sweep, stood.Told, stood.Case
	if s.Since.After(stood.Since) {
		s.Since = stood.Since
	}
	return s
}

// Marked is the streak as a case leaves it: see Sweeps.MarkStreak; false where the case means another.
func (s Streak) Marked(by Streak) (Streak, bool) {
	if !kept(by.First).Equal(s.First) {
		return s, false
	}
	s.Told, s.Case = kept(by.Told), by.Case
	if !by.Kept.IsZero() {
		s.Kept = kept(by.Kept)
	}
	return s, true
}

// Row is the streak as the digest of its listing has it.
func (s Streak) Row() ([]byte, error) { return json.Marshal(s) }

// Take takes the duty for a holder; false where it has ended, or another has it. See Sweeps.TakeDuty.
func (d *Duty) Take(now time.Time, holder string, lease time.Duration) bool {
	held := d.Holder != "" && d.Holder != holder && d.Until.After(now) && !d.Until.After(Astray(now, lease))
	if !d.Ended.IsZero() || held {
		return false
	}
	d.Holder, d.Until, d.Takes = holder, kept(now.Add(lease)), d.Takes+1
	return true
}

// Holds is ErrStale where the duty as it stands is not the one that a holder has in hand.
func (d Duty) Holds(mine Duty) error {
	if d.Takes != mine.Takes || d.Holder != mine.Holder || !d.Ended.IsZero() {
		return fmt.Errorf("the sweep %s is held by %q, or has ended: %w", mine.Name(), d.Holder, ErrStale)
	}
	return nil
}

// Covers is an error where a listing is none of the duty's.
func (d Duty) Covers(c Coverage) error {
	if c.Place.Account != d.Account || c.Kind == "" {
		return fmt.Errorf("a listing of %q in the account %q is none of the sweep %s", c.Kind, c.Place.Account, d.Name())
	}
	return nil
}

// Renew prolongs the lease of what a holder has in hand.
func (d *Duty) Renew(mine Duty, until time.Time) error {
	if err := d.Holds(mine); err != nil {
		return err
	}
	d.Until, d.Calls = kept(until), max(d.Calls, mine.Calls)
	return nil
}

// End ends it; true where it was ended by this very holder before. See Sweeps.EndDuty.
func (d *Duty) End(mine Duty, now time.Time) (again bool, err error) {
	if !d.Ended.IsZero() && d.Takes == mine.Takes && d.Holder == mine.Holder {
		return true, nil
	}
	if err := d.Holds(mine); err != nil {
		return false, err
	}
	d.Ended, d.Until, d.Calls, d.Error, d.Tallies = kept(now), time.Time{}, max(d.Calls, mine.Calls), mine.Error, mine.Tallies
	return false, nil
}

// OldDuties is the first day whose duties are kept.
func OldDuties(day string) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", errors.New("the day of a sweep is written as 2026-11-30, not as " + day)
	}
	return t.Add(-DutiesKept).Format(time.DateOnly), nil
}

// kept is a time as stores keep it.
func kept(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
