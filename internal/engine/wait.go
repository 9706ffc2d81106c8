package engine

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// undecidedOf reports whether a suspect waits for the end of its window (playbook.Spec.Window): it is not looked at before.
func (t *attempt) undecidedOf(l *ledger.Suspect) bool {
	return l.Checked == "" && l.DecideAt.After(t.Now())
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
func (t *attempt) begin(p action.Plan) []ledger.Step {
	steps, aside := make([]ledger.Step, len(p.Steps)), asides(p)
	for i, s := range p.Steps {
		steps[i].Aside = aside(s)
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

// led says what has become of the steps before one that waited for its time: whether one of them stands, and whether one still waits. The
// deletion of what was let out of quarantine, or never was in it, is no end of a quarantine.
func (r ref) led() (stands, waiting bool) {
	for _, s := range r.revision.Steps[:r.index] {
		stands = stands || made(s.State)
		waiting = waiting || waits(s.State) && s.Verdict != "observe" && s.Verdict != "except"
	}
	return stands, waiting
}

// begins starts the clocks of the steps that wait for their time behind one that was done first now.
func (t *attempt) begins(r ref) {
	for i, s := range t.plans[r.revision.Plan.Digest].Steps {
		if next := &r.revision.Steps[i]; i > r.index && s.After > 0 && next.State == ledger.Pending {
			next.NotBefore = t.Now().Add(s.After)
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
