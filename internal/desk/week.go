package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Each week owners read what of theirs is still open, and what will be answered from a day on (enforce_from). Such a letter asks nothing: what
// waits for them was asked before, is asked again by its own letter, and no clock begins or ends with the list.

// listOf begins the matter of such a letter: week/2026-12-07, the day on which it goes.
const listOf = "week/"

const (
	ahead      = 24 * time.Hour // the lists of a week are posted in the day before
	mostListed = 200            // cases of one list
)

// lists posts the week's lists, once by each replica: a line that is there already does no harm.
func (d *Desk) lists(ctx context.Context) error {
	now := d.Now()
	at, day := d.weekly(now)
	if at.Sub(now) > ahead || d.listed == day {
		return nil
	}
	of := &listing{Desk: d, matter: listOf + day, due: at, of: map[ledger.LetterKey]int{}}
	for _, f := range d.listable(now) {
		for c, err := range ledger.All(ctx, d.Store, f) {
			if err != nil {
				return fmt.Errorf("what is still open: %w", err)
			}
			if err := of.add(ctx, c, now); err != nil {
				return err
			}
		}
	}
	d.listed = day
	if len(of.lines) == 0 {
		return nil
	}
	if err := d.Store.Post(ctx, now, of.lines...); err != nil {
		d.listed = ""
		return fmt.Errorf("post letters: %w", err)
	}
	return nil
}

// listable are the cases that may stand in a list: those that are open, and what is only watched of playbooks that act from a day on.
func (d *Desk) listable(now time.Time) []ledger.Filter {
	all := []ledger.Filter{{Open: true}}
	for _, id := range d.Announced {
		if d.Enforced(id).After(now) {
			all = append(all, ledger.Filter{Playbook: id, State: ledger.Observed})
		}
	}
	return all
}

// listing gathers the lists of one week.
type listing struct {
	*Desk
	matter string
	due    time.Time
	of     map[ledger.LetterKey]int // how many cases each has
	lines  []ledger.Line
}

// add puts a case into the lists of those who own what it is about, where it belongs there.
func (l *listing) add(ctx context.Context, c *ledger.Case, now time.Time) error {
	v, err := l.seeSafely(ctx, c, now)
	if err != nil || !l.forList(v) {
		return err
	}
	owner, err := l.Owner(ctx, c)
	if err != nil {
		return fmt.Errorf("owner of case %s: %w", c.ID, err)
	}
	w := writing{d: l.Desk, v: v, now: now}
	for _, p := range w.owners(owner) {
		key := ledger.LetterKey{To: p.to, Channel: p.channel, Matter: l.matter}
		if l.of[key]++; l.of[key] <= mostListed {
			l.lines = append(l.lines, ledger.Line{LetterKey: key, Case: c.ID, Due: l.due, Notice: true})
		}
	}
	return nil
}

// forList reports whether a case, as it stands, belongs in its owner's list.
func (d *Desk) forList(v view) bool {
	if v.id == "" || v.unread || v.righted || !d.forOwner(v) {
		return false
	}
	return v.open() || !v.enforced.IsZero()
}

// seeOpen is see, and whether what a sweep found is still so. What an event found nobody looks at again while it is only watched.
func (d *Desk) seeOpen(ctx context.Context, c *ledger.Case, now time.Time) (view, error) {
	v := d.see(c, now)
	if v.enforced.IsZero() || c.Origin.Sweep == "" {
		return v, nil
	}
	s, err := d.Store.Streak(ctx, c.Playbook, c.Root)
	if err != nil {
		return v, fmt.Errorf("whether %s is still so: %w", c.ID, err)
	}
	v.righted = s == nil || s.Case != "" && s.Case != c.ID // one that began anew is told by its own case
	return v, nil
}

// mostLetters is how many letters of a day's sort a person gets in a week, the list among them.
const mostLetters = 2

// written counts the daily letters that a recipient has got in the seven days before a moment, and reports whether one is for that very day.
func (d *Desk) written(ctx context.Context, k ledger.LetterKey, now time.Time) (n int, today bool, err error) {
	for _, matter := range d.dailyMatters(now) {
		all, err := d.Store.Letters(ctx, ledger.LetterFilter{Matter: matter, Limit: most})
		if err != nil {
			return 0, false, fmt.Errorf("letters of the week: %w", err)
		}
		for _, l := range all {
			switch {
			case l.To != k.To:
			case l.Owed() && d.day(l.Due) == d.day(now), l.Ref != "" && d.day(l.SentAt) == d.day(now):
				n, today = n+1, true
			case l.Ref != "" && now.Sub(l.SentAt) < 7*24*time.Hour:
				n++
			}
		}
	}
	return n, today, nil
}

// dailyMatters are the matters of the letters of a day's sort that may have gone in the week before a moment.
func (d *Desk) dailyMatters(now time.Time) (all []string) {
	for back := range 7 {
		all = append(all, "digest/"+d.day(now.AddDate(0, 0, -back)))
	}
	for _, id := range d.Announced {
		for _, days := range announcedAhead() {
			all = append(all, announcedBy(id, d.day(d.Enforced(id)), days))
		}
	}
	return all
}

func isList(matter string) bool { return strings.HasPrefix(matter, listOf) }
