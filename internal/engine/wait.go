package engine

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// undecidedOf reports whether a suspect waits for the end of its window (playbook.Spec.Window): it is not looked at before.
func (t *attempt) undecidedOf(l *ledger.Suspect) bool {
	return l.Checked == "" && t.decideAt(l).After(t.Now())
}

// decideAt is the end of the window that a suspect waits for. Where the playbook only tells, all that joined a case is decided with its first: a case that
// waited for the window of each would never end while the person goes on.
func (t *attempt) decideAt(l *ledger.Suspect) time.Time {
	at := l.DecideAt
	for _, other := range t.c.Suspects {
		if t.tells && other.DecideAt.Before(at) {
			at = other.DecideAt
		}
	}
	return at
}

// undecided counts the suspects that wait for the end of their windows.
func (t *attempt) undecided() (n int) {
	for i := range t.c.Suspects {
		if t.undecidedOf(&t.c.Suspects[i]) {
			n++
		}
	}
	return n
}

// begin returns the steps of a new plan, none begun, each with the time before which it is not due.
// The tags of a sweep's plan are steps as others are: they tell its owner what is to come.
func (t *attempt) begin(p action.Plan, swept bool) []ledger.Step {
	steps, aside := make([]ledger.Step, len(p.Steps)), asides(p)
	for i, s := range p.Steps {
		steps[i].Aside = aside(s) && !swept
		if s.After > 0 {
			steps[i].NotBefore = t.Now().Add(s.After)
		}
	}
	return steps
}

// due reports whether a step need not wait any more. One that was committed must be looked at in any case.
func (t *attempt) due(r ref) bool {
	return r.step.State == ledger.Intent || !r.step.NotBefore.After(t.Now())
}

// led says what has become of the steps that one follows which waited for its time: whether one of them stands, and whether one still
// waits. The deletion of what was let out of quarantine, or never was in it, is no end of a quarantine.
func (r ref) led() (stands, waiting bool) {
	for i, s := range r.revision.Steps[:r.index] {
		if !r.follows(i) {
			continue
		}
		stands = stands || made(s.State)
		waiting = waiting || waits(s.State) && s.Verdict != "observe" && s.Verdict != "except"
	}
	return stands, waiting
}

// follows reports whether a step follows an earlier one of its plan: those about the same resource, or all where there are none.
func (r ref) follows(i int) bool {
	target := func(s action.Step) event.Resource { return s.Ladder[0].Do.About().Target }
	same := func(s action.Step) bool { return target(s) == target(r.plan) }
	return i < r.index && r.steps[i].After == 0 && (same(r.steps[i]) || !slices.ContainsFunc(r.steps[:r.index], same))
}

// begins starts the clocks of the steps that wait for their time behind one that was done first now.
func (t *attempt) begins(done ref) {
	for r := range t.live() {
		if r.revision == done.revision && r.plan.After > 0 && r.step.State == ledger.Pending && r.follows(done.index) {
			r.step.NotBefore = t.Now().Add(r.plan.After)
		}
	}
}

// scheduled is when the first step is due of those that a case keeps for later while it rests over what was done; zero where there is
// none.
func (t *attempt) scheduled() (at time.Time) {
	if !t.atRest() || t.c.Undo != nil || count(t.c, t.Now()).done == 0 {
		return at
	}
	for r := range t.live() {
		s := r.step
		if s.State != ledger.Pending || s.NotBefore.IsZero() || s.Verdict == "observe" || s.Verdict == "except" {
			continue
		}
		if at.IsZero() || s.NotBefore.Before(at) {
			at = s.NotBefore
		}
	}
	return at
}

// wake takes up a case that rests when a step that it kept for later is due. The step is judged, and looked at, as any other.
func (s *stages) wake(_ context.Context, t *attempt) error {
	if at := t.scheduled(); !at.IsZero() && !at.After(t.Now()) {
		t.note("a step is due that waited until %s", at.UTC().Format(time.RFC3339))
		t.move(ledger.Contained)
	}
	return nil
}
