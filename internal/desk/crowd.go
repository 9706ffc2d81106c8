package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Who makes one incident after the other, each by another name, floods nobody: of the letters that go at once, people get so many in a
// day. The next one gathers all that follow, and is brought up to date in place.
const (
	mostToOne   = 5
	mostToGroup = 50
	mostAgain   = 30 // of those that ask again, which have a count of their own: what nobody answers keeps nobody from hearing what is new

	more = "more/" // begins the matter of the letter that gathers

	most       = 1000 // letters of the store that are counted
	crowdFresh = time.Minute
)

// crowd counts the messages of a day, as of a moment ago: other replicas send some too.
type crowd struct {
	mu   sync.Mutex
	read time.Time
	day  string
	sent map[ledger.LetterKey]int // by recipient and channel, and whether they ask again
}

// atOnce reports whether a letter counts: what is one a day, or one an hour, anyway does not.
func atOnce(matter string) bool {
	return strings.HasPrefix(matter, "incident/") || strings.HasPrefix(matter, "case/")
}

// today is how many such letters a recipient has got.
func (d *Desk) today(ctx context.Context, k ledger.LetterKey) (int, error) {
	d.crowd.mu.Lock()
	defer d.crowd.mu.Unlock()
	now := d.Now()
	if age := now.Sub(d.crowd.read); age < 0 || age >= crowdFresh || d.crowd.day != d.day(now) {
		all, err := d.Store.Letters(ctx, ledger.LetterFilter{Limit: most})
		if err != nil {
			return 0, fmt.Errorf("letters of today: %w", err)
		}
		before, same := d.crowd.sent, d.crowd.day == d.day(now)
		d.crowd.read, d.crowd.day, d.crowd.sent = now, d.day(now), map[ledger.LetterKey]int{}
		for _, l := range all {
			if atOnce(l.Matter) && l.Ref != "" && d.day(l.Opened) == d.crowd.day {
				d.crowd.sent[recipientOf(l.LetterKey)]++
			}
		}
		for to, n := range before { // letters to others may have pushed some out of those that are counted
			if same && len(all) == most {
				d.crowd.sent[to] = max(d.crowd.sent[to], n)
			}
		}
	}
	return d.crowd.sent[recipientOf(k)], nil
}

// sentOne counts one more.
func (d *Desk) sentOne(k ledger.LetterKey) {
	d.crowd.mu.Lock()
	defer d.crowd.mu.Unlock()
	if atOnce(k.Matter) && d.crowd.sent != nil {
		d.crowd.sent[recipientOf(k)]++
	}
}

func recipientOf(k ledger.LetterKey) ledger.LetterKey {
	k.Matter = map[bool]string{true: mark}[isAgain(k.Matter)]
	return k
}

// full reports whether so many letters are all that a recipient gets of their sort in a day.
func full(k ledger.LetterKey, n int) bool {
	if isAgain(k.Matter) {
		return n >= mostAgain
	}
	return n >= mostToGroup || strings.Contains(k.To, "@") && n >= mostToOne
}

// tooMany moves a letter, which would be one too many for its recipient today, to the one that gathers them; where it was a person's, their
// group is told of those as well. One that asks again goes into the round of the next hour. Nothing is dropped.
func (d *Desk) tooMany(ctx context.Context, l *ledger.Letter) (moved bool, err error) {
	if l.Ref != "" || !atOnce(l.Matter) || strings.HasPrefix(l.Channel, webhook) {
		return false, nil
	}
	n, err := d.today(ctx, l.LetterKey)
	if err != nil || !full(l.LetterKey, n) {
		return false, err
	}
	now := d.Now()
	places, matter, due := []place{{l.To, l.Channel, l.Urgent}}, more+d.day(now), now
	switch {
	case isAgain(l.Matter):
		matter, _, due = d.gathered(now)
	case strings.Contains(l.To, "@"):
		places = append(places, d.paged(l.To)...)
	}
	var lines []ledger.Line
	for _, id := range l.Cases {
		for _, p := range places {
			key := ledger.LetterKey{To: p.to, Channel: p.channel, Matter: matter}
			lines = append(lines, ledger.Line{LetterKey: key, Case: id, Due: due, Notice: true, Urgent: l.Urgent || p.page})
		}
	}
	if err := d.Store.Post(ctx, now, lines...); err != nil {
		return false, fmt.Errorf("post letters: %w", err)
	}
	l.Sent, l.Attempts, l.Error = l.Wanted, 0, ""
	return true, d.save(ctx, l)
}

// paged is where the group of a person is told: by a pager, else in its place, else the fallback group's.
func (d *Desk) paged(person string) []place {
	p := d.People
	if p.has(PagerDuty) {
		return []place{{everybody, PagerDuty, true}}
	}
	for name, g := range p.Groups {
		if slices.Contains(g.Members, person) && len(p.ways(group+name)) > 0 {
			return p.places(name)
		}
	}
	return slices.DeleteFunc(p.places(p.Fallback), func(x place) bool { return x.to == person })
}
