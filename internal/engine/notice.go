package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// named takes the caller from the first record that confirms what a service's notice had told: it is the case's origin from
// then on.
func (t *attempt) named(l *ledger.Suspect) {
	if !t.c.Origin.Noticed() || l.Origin.Noticed() {
		return
	}
	gained := l.Origin.Received.Sub(t.c.Origin.Received)
	t.c.Origin = l.Origin
	t.note("the record names the caller, %s after the notice: %s", gained.Round(time.Millisecond), l.Origin.Actor.ARN)
	t.Meter.Named(t.c.Playbook, gained)
}

// answeredBefore reports whether a record tells of what a plan for a notice has answered by now.
func (t *attempt) answeredBefore(l *ledger.Suspect) bool {
	return t.c.Origin.Noticed() && !l.Origin.Noticed() && slices.ContainsFunc(t.c.Revisions, func(r ledger.Revision) bool {
		return begun(&r) && slices.ContainsFunc(r.Found, func(f string) bool { return slices.Contains(l.Found, f) })
	})
}

// unnamedUntil is until when the case stays open for the record of what a notice told; zero where it waits for none.
func (t *attempt) unnamedUntil() (until time.Time) {
	if at := t.c.Origin.Occurred.Add(gate.RecordDue); t.c.Origin.Noticed() && t.Now().Before(at) {
		until = at
	}
	return until
}

// replaceNoticed drops what was planned for a notice alone and not begun, where the record shows more of the same finding.
func (pl *planner) replaceNoticed(t *attempt, number int) {
	fresh := t.c.Revisions[number-1]
	if t.suspect(fresh.Suspect).Origin.Noticed() {
		return
	}
	for i := range t.c.Revisions[:number-1] {
		r := &t.c.Revisions[i]
		same := !slices.ContainsFunc(r.Found, func(f string) bool { return !slices.Contains(fresh.Found, f) })
		if t.suspect(r.Suspect).Origin.Noticed() && same && r.Superseded == 0 && !begun(r) && !ended(r) {
			r.Superseded = number
			t.note("plan %d is superseded by %d: the record shows more than the notice", r.Number, number)
		}
	}
}

// mostNotices is how many notices of an account's region are looked at in a minute. One call may launch a thousand instances, each with a
// notice of its own; what is left out comes with the call's one record.
const mostNotices = 20

// noticeLimit counts the notices of each account and region in the minute that runs.
type noticeLimit struct {
	mu     sync.Mutex
	minute time.Time
	seen   map[string]int
}

// noticed reports whether a notice of a place, account and region, is still looked at.
func (e *Engine) noticed(place string) bool {
	l := &e.notices
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := e.Now().Truncate(time.Minute); now != l.minute {
		l.minute, l.seen = now, map[string]int{}
	}
	l.seen[place]++
	if l.seen[place] == mostNotices+1 {
		e.Log.Info("many notices of one place: for the rest of the minute its launches are left to their records", "place", place)
	}
	return l.seen[place] <= mostNotices
}
