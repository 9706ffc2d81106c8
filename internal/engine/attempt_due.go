package engine

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// nextDue is when to look at the case again: every open state has a time, and so has every report that is owed.
func (t *attempt) nextDue() time.Time {
	now := t.Now()
	if t.c.State.Open() && t.c.Failures > 0 {
		return now.Add(t.backoff(t.c.Failures)) // whatever else is due: the attempt as a whole would only fail again
	}
	var due time.Time
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	held, asked := t.Timing.Held, t.Timing.Asked
	if t.c.Origin.Sweep != "" { // thousands of them may wait, and none is urgent; what releases a brake wakes them
		held, asked = t.Timing.Swept, t.Timing.Swept
	}
	if t.unjudged { // its sweep goes on: for a while as long again as it went on so far
		held = min(max(now.Sub(t.c.Origin.Received), t.Timing.Under), t.Timing.MaxUnder)
	}
	switch t.c.State {
	case ledger.Suspected, ledger.Acting:
		if t.undecided() == 0 {
			sooner(now.Add(held)) // where all that is left waits for something that was not foreseen
		}
	case ledger.Undoing:
		sooner(later(now, t.c.Recheck))
	case ledger.Held:
		sooner(now.Add(held))
	case ledger.Asked:
		sooner(now.Add(asked))
	}
	for _, at := range append(t.answersDue(), t.c.EndsTold(now)...) {
		if at.After(now) {
			sooner(at)
		}
	}
	if at := t.nextRound(); !at.IsZero() && t.c.State.Open() {
		sooner(at)
	}
	if at := t.unnamedUntil(); !at.IsZero() && t.c.State.Open() {
		sooner(at)
	}
	if t.atRest() && !t.c.Recheck.IsZero() {
		sooner(later(now, t.c.Recheck))
	}
	if at := t.regretsDue(); !at.IsZero() {
		sooner(later(now, at))
	}
	if x := t.c.LookAgain; x != nil && t.wantsHindsight() {
		sooner(later(now, x.Due))
	}
	if x := t.c.MakerAgain; x != nil && t.c.State.Open() {
		sooner(later(now, x.Due))
	}
	if x := t.c.Proposed; x != nil && x.State != ledger.ProposalDeclined && (t.c.State.Open() || t.atRest() && x.State == ledger.NotProposed && x.Tries < mostProposals) {
		sooner(later(now, x.Due))
	}
	if at := t.scheduled(); !at.IsZero() {
		sooner(later(now, at))
	}
	if t.c.State.Open() && t.c.Undo == nil {
		for _, at := range t.tries() {
			sooner(at)
		}
	}
	if t.c.State == ledger.Undone && waitsForAnother(t.c) {
		sooner(now)
	}
	if t.c.Report.Owed() {
		sooner(later(now, t.c.Report.Due))
	}
	return due
}

// tries are the times at which suspects and steps are due, one by one: what failed is tried again when its own time comes,
// what was not come to is tried at once.
func (t *attempt) tries() (at []time.Time) {
	now := t.Now()
	again := func(x *ledger.Trouble) time.Time {
		if x == nil {
			return now
		}
		return x.Due
	}
	for i := range t.c.Suspects {
		if l := &t.c.Suspects[i]; l.Checked == "" {
			at = append(at, later(again(l.Trouble), t.decideAt(l)))
		}
	}
	stopped := map[int]bool{}
	for r := range t.live() {
		switch n := r.revision.Number; {
		case r.step.Aside: // with the rounds of what it tags
		case made(r.step.State) && r.step.Trouble != nil:
			at = append(at, r.step.Trouble.Due)
		case r.step.State == ledger.StepReverting:
			at = append(at, later(again(r.step.Trouble), t.brakedUntil))
		case !waits(r.step.State) || stopped[n] && r.step.State != ledger.Intent:
		case r.step.State == ledger.Intent || r.step.Verdict == "act" || r.step.Verdict == "" || !t.due(r):
			at = append(at, later(later(again(r.step.Trouble), again(r.step.Under)), r.step.NotBefore))
		}
		stopped[r.revision.Number] = stopped[r.revision.Number] || r.plan.Must && waits(r.step.State)
	}
	return at
}

// backoff is the wait after so many failures in a row. What a sweep found is in no hurry: a read that stays denied is tried once a day in the end,
// or thousands of cases would write of it each minute.
func (t *attempt) backoff(failures int) time.Duration {
	most, doubled := t.Timing.MaxRetry, 10
	if t.c.Origin.Sweep != "" && t.c.Undo == nil {
		most, doubled = t.Timing.Swept, 17
	}
	return min(t.Timing.Retry<<min(failures-1, doubled), most)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
