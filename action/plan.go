package action

import "time"

// Plan is what a person approves and what is executed, byte for byte.
type Plan struct{ Steps []Step }

// Step is a ladder of alternatives, weakest first. The next rung is taken when one can't be done or was undone by
// another caller, so that escalation never leaves the plan.
type Step struct {
	Ladder []Rung
	After  time.Duration // not before this long after the plan was made
	Must   bool          // where all rungs fail, the plan stops here
	Asks   Asked         // who answers what the first rung asks, and others that ask the same; "": approvers
	Proof  bool          // what was done has no honest use: that it was they is then a note, and lets nothing be
}

// Asked says who a step asks.
type Asked string

// TheActor is the person who did it: they are asked whether it was they. Where no person is known, approvers are asked.
const TheActor Asked = "actor"

// Rung is one alternative of a step.
type Rung struct {
	Do  Action
	Ask string // why a person must say yes, whatever the mode; "" where the mode decides
}

// Try begins a step.
func Try(a Action) Step { return Step{Ladder: []Rung{{Do: a}}} }

// Else adds the next rung.
func (s Step) Else(a Action) Step { s.Ladder = append(s.Ladder, Rung{Do: a}); return s }

// ElseAsk adds a rung that never goes without a person.
func (s Step) ElseAsk(a Action, why string) Step {
	s.Ladder = append(s.Ladder, Rung{Do: a, Ask: why})
	return s
}

// Asking makes every rung of the step wait for a person.
func (s Step) Asking(why string) Step {
	ladder := make([]Rung, len(s.Ladder))
	for i, r := range s.Ladder {
		ladder[i] = Rung{Do: r.Do, Ask: why}
		if r.Ask != "" && r.Ask != why {
			ladder[i].Ask = why + "; " + r.Ask // what a rung itself asks about is never lost
		}
	}
	s.Ladder = ladder
	return s
}

// WasItYou has the step ask the person who did it, as it asks at its first rung. Rungs that ask something else, since they reach
// others too, ask approvers.
func (s Step) WasItYou() Step { s.Asks = TheActor; return s }

// AsksAt is who answers what the step asks at a rung.
func (s Step) AsksAt(rung int) Asked {
	if rung < 0 || rung >= len(s.Ladder) || s.Ladder[rung].Ask != s.Ladder[0].Ask {
		return ""
	}
	return s.Asks
}

// Required stops the plan where the step fails.
func (s Step) Required() Step { s.Must = true; return s }

// Kinds are the names of the first rungs, in order: the plan in short.
func (p Plan) Kinds() []string {
	names := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		names = append(names, s.Ladder[0].Do.About().Kind.Name)
	}
	return names
}
