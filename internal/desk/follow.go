package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// mark parts the matter of a letter that asks again from the number of the time.
const mark = "#"

// isAgain reports whether a letter asks again what contains.
func isAgain(matter string) bool { return strings.Contains(matter, mark) }

// matterOf is what a letter is about, for channels: a letter that asks again is in the thread of the first.
func matterOf(matter string) string {
	of, _, _ := strings.Cut(matter, mark)
	return of
}

// gaps are how long after the time before a question of containment is asked again: 5, 15, 30 and 60 minutes after the first, then hourly.
func gap(n int) time.Duration {
	all := []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute}
	if n <= len(all) {
		return all[n-1]
	}
	return time.Hour
}

// again are the lines by which a question of containment is asked again, of the next of the chain. They wait in the store, so that no
// process has to remember; where the question was answered meanwhile, they come to nothing.
func (d *Desk) again(l *ledger.Letter, s sheet, now time.Time) (lines []ledger.Line) {
	first := slices.ContainsFunc(s.told, func(v view) bool {
		return slices.ContainsFunc(v.asks, func(q question) bool { return q.deed.Class == action.Contain && (q.news && !q.reminder) })
	})
	if !isAgain(l.Matter) && !first && (!s.alarm || s.asked) || strings.HasPrefix(l.Channel, webhook) || l.Channel == PagerDuty && !isAgain(l.Matter) {
		return nil
	}
	matter, n, due := d.round(l.Matter, now)
	for _, v := range s.cases {
		if !v.containing() {
			continue
		}
		for _, p := range d.next(n) {
			lines = append(lines, ledger.Line{
				LetterKey: ledger.LetterKey{To: p.to, Channel: p.channel, Matter: matter}, Case: v.id, Due: due, Notice: true, Urgent: true,
			})
		}
	}
	return lines
}

// round is the matter, the number and the time of the next letter that asks again what one asks.
func (d *Desk) round(matter string, now time.Time) (next string, n int, due time.Time) {
	if strings.HasPrefix(matter, more) {
		return d.gathered(now)
	}
	n = 1
	if _, number, ok := strings.Cut(matter, mark); ok {
		n, _ = strconv.Atoi(number)
		n++
	}
	return matterOf(matter) + mark + strconv.Itoa(n), n, now.Add(gap(n))
}

// gathered is the round in which all is asked again of which there is too much: at each full hour, of everybody one letter at most.
func (d *Desk) gathered(now time.Time) (matter string, n int, due time.Time) {
	due = now.Truncate(time.Hour).Add(time.Hour)
	n = int(due.Unix() / int64(time.Hour/time.Second))
	return more + d.day(due) + mark + strconv.Itoa(n), n, due
}

// next is who is asked the nth time again.
func (d *Desk) next(n int) []place {
	p := d.People
	chain := p.Chain
	if len(chain) == 0 {
		chain = p.Approvers
	}
	if len(chain) == 0 {
		chain = []string{p.Fallback}
	}
	name := chain[n%len(chain)]
	var places []place
	switch {
	case name != PagerDuty:
		places = p.places(name)
	case p.has(PagerDuty):
		places = []place{{everybody, PagerDuty, true}}
	}
	if len(places) == 0 {
		places = p.places(p.Fallback)
	}
	if len(places) == 0 {
		places = p.last()
	}
	return places
}

// later are the lines of cases that this letter had no room to ask about: they ask in a week, or in the next daily letter where this one went at
// once, since people are not to be flooded, and nothing is done about them before. What contains is asked again anyway.
func (d *Desk) later(l *ledger.Letter, s sheet, now time.Time) (lines []ledger.Line) {
	at, day := d.weekly(now.AddDate(0, 0, 6)) // not within the week of this letter
	if !isDigest(l.Matter) {
		at, day = d.daily(now)
	}
	for _, v := range s.later {
		if !isDigest(l.Matter) && (!v.telling() || v.containing() || l.Channel == PagerDuty || strings.HasPrefix(l.Channel, webhook)) {
			continue
		}
		lines = append(lines, ledger.Line{
			LetterKey: ledger.LetterKey{To: l.To, Channel: l.Channel, Matter: "digest/" + day}, Case: v.id, Due: at, Notice: true,
		})
	}
	return lines
}

// skew is how far the clocks of replicas may be apart.
const skew = 5 * time.Minute

// cameLate reports whether what a case asks came when the letter had gone: what was there is what the letter had no room for, which later has put into
// the week's.
func cameLate(l *ledger.Letter, v view) bool {
	return slices.ContainsFunc(v.asks, func(q question) bool { return q.news && q.posted.After(l.SentAt.Add(-skew)) })
}

// missed are the lines of questions that were posted into a daily letter when it had gone, by a replica whose clock is behind, or that took its
// time: they are told by the next one.
func (d *Desk) missed(l *ledger.Letter, s sheet, now time.Time) (lines []ledger.Line) {
	at, day := d.daily(now)
	if "digest/"+day == l.Matter { // whose clock is behind
		at, day = d.daily(at.Add(time.Second))
	}
	for _, v := range s.missed {
		lines = append(lines, ledger.Line{
			LetterKey: ledger.LetterKey{To: l.To, Channel: l.Channel, Matter: "digest/" + day}, Case: v.id, Due: at, Notice: true,
		})
	}
	return lines
}
