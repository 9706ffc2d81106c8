package engine

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// tally counts the steps that are live by what they wait for.
type tally struct{ act, begun, ask, hold, observe, except, done, broken, turning, back, nothing, later, aside, owning, lapsed int }

// state derives the state of a case from its suspects and steps: what is derived can't contradict them. Of several that
// wait, the strictest shows.
func (t *attempt) state() ledger.State {
	if s := t.derived(); s.Open() || !t.inboxWaits {
		return s
	}
	return t.c.State // it would close, and messages are waiting
}

// derived is the state that suspects and steps show, whatever waits in the inbox.
func (t *attempt) derived() ledger.State {
	c, n := t.c, count(t.c, t.Now())
	switch {
	case c.Undo != nil && n.owning+n.begun+n.done+n.turning+n.aside > 0: // what was begun may have been done; what is owned is still to be given up
		return ledger.Undoing
	case c.Undo != nil && c.State != ledger.Undoing && c.State != ledger.Undone: // the history shows it, even with nothing left to take back
		return ledger.Undoing
	case c.Undo != nil:
		return ledger.Undone
	case c.GivenUp != "":
		return ledger.Failed
	case c.Spared != "" && n.turning+n.begun == 0:
		return ledger.Dismissed
	case t.waiting()+t.undecided() > 0 && (len(c.Revisions) == 0 || t.tells):
		return ledger.Suspected
	case n.hold > 0, t.blind() > 0:
		return ledger.Held
	case n.ask > 0:
		return ledger.Asked
	case n.act+n.turning > 0, t.waiting() > 0, t.undecided() > 0 && n.done == 0:
		return ledger.Acting
	case n.broken > 0 && (n.done == 0 || c.State == ledger.Failed || t.proven()):
		return ledger.Failed // what could be done is verified first
	case n.done > 0 && t.proven():
		return ledger.Verified
	case n.done > 0:
		return ledger.Contained
	case n.back > 0:
		return ledger.Undone
	case n.lapsed > 0:
		return ledger.Expired
	case n.observe+n.nothing > 0:
		return ledger.Observed
	case n.except > 0:
		return ledger.Excepted
	case c.SupersededBy != "":
		return ledger.Superseded
	}
	return ledger.Dismissed
}

// proven reports whether what was done has held through all rounds, and was seen to hold.
func (t *attempt) proven() bool {
	rounds := len(t.Timing.Rounds)
	if t.changed().IsZero() {
		rounds = 0 // nothing but tags: they are not kept
	}
	if t.c.State != ledger.Contained && t.c.State != ledger.Verified || t.c.Rounds < rounds || !t.unnamedUntil().IsZero() || t.undecided() > 0 {
		return false
	}
	for r := range t.live() {
		if made(r.step.State) && !r.marks() && (r.step.Trouble != nil || r.step.Looked) {
			return false
		}
	}
	return true
}

// made reports whether the state that a step wants was there: it is verified.
func made(s ledger.StepState) bool { return s == ledger.Done || s == ledger.Already }

// standing is 1 where there is something to take back of a step.
func standing(s ledger.StepState) int {
	if s == ledger.Intent || made(s) || s == ledger.StepReverting {
		return 1
	}
	return 0
}

// count tallies the steps of all revisions that were not superseded.
func count(c *ledger.Case, now time.Time) (n tally) {
	for i := range c.Revisions {
		if c.Revisions[i].Superseded != 0 {
			continue
		}
		if len(c.Revisions[i].Steps) == 0 {
			n.nothing++
		}
		for _, s := range c.Revisions[i].Steps {
			if len(s.Owned) > 0 {
				n.owning++
			}
			if s.Aside {
				n.aside += standing(s.State)
				continue
			}
			switch s.State {
			case ledger.Done, ledger.Already:
				n.done++
			case ledger.StepReverting:
				n.turning++
			case ledger.StepUndone:
				n.back++
			case ledger.Skipped:
				n.nothing++ // confirmed, and its target is gone
			case ledger.StepFailed:
				n.broken++
			case ledger.Dropped:
				if s.Verdict == "lapse" {
					n.lapsed++
				}
			case ledger.Intent:
				n.act++
				n.begun++
			case ledger.Pending:
				switch {
				case s.Verdict == "observe":
					n.observe++
				case s.Verdict == "except":
					n.except++
				case s.NotBefore.After(now):
					n.later++
				case s.Verdict == "ask":
					n.ask++
				case s.Verdict == "hold":
					n.hold++
				default:
					n.act++
				}
			}
		}
	}
	return n
}

// waiting counts the suspects that were not looked at, and need not wait for the end of a window.
func (t *attempt) waiting() int { return t.unchecked() - t.undecided() - t.blind() }

// blind counts the suspects that are held since there is no evidence either way.
func (t *attempt) blind() (n int) {
	for _, l := range t.c.Suspects {
		if l.Checked == "" && l.Trouble != nil && l.Trouble.Unknown && t.backsOff(l.Trouble) {
			n++
		}
	}
	return n
}

func (t *attempt) unchecked() (n int) {
	for _, l := range t.c.Suspects {
		if l.Checked == "" {
			n++
		}
	}
	return n
}

// reason is that of the strictest verdict that waits, else of the last one given.
func (t *attempt) reason() string {
	switch {
	case t.c.Undo != nil:
		return t.c.Reason
	case t.c.Spared != "":
		return "spared: " + t.c.Spared
	case t.blind() > 0:
		return "evidence: there is none either way"
	}
	weight := map[string]int{"hold": 3, "ask": 2, "act": 1}
	best, reason := -1, t.c.Reason
	for r := range t.live() {
		w := weight[r.step.Verdict]
		if r.step.State != ledger.Pending && r.step.State != ledger.Intent {
			w = 0
		}
		if r.step.Reason != "" && w > best && !r.step.Aside {
			best, reason = w, r.step.Reason
		}
	}
	return reason
}
