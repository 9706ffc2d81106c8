package action

import (
	"slices"
	"time"
)

// Growing is an action of which the same cause, later, only wants more.
type Growing interface {
	Action
	// Core is what stays the same of it, however often the cause comes again.
	Core() Action
	// Covers reports whether this one is as good as another of the same core.
	Covers(other Action) bool
}

// slack is how much later a revocation may be wanted that an earlier one covers: half of what plans give it beyond the
// moment at which the session was seen.
const slack = 5 * time.Minute

// Core is the plan without what only grows: a repeated attack makes the same plan again.
func (p Plan) Core() Plan {
	out := Plan{Steps: slices.Clone(p.Steps)}
	for i := range out.Steps {
		ladder := slices.Clone(out.Steps[i].Ladder)
		for j := range ladder {
			if g, ok := ladder[j].Do.(Growing); ok {
				ladder[j].Do = g.Core()
			}
		}
		out.Steps[i].Ladder = ladder
	}
	return out
}

// Covers reports whether a step is as good as one of another plan of the same core, at every rung.
func (s Step) Covers(other Step) bool {
	for i, r := range s.Ladder {
		if g, ok := r.Do.(Growing); ok && !g.Covers(other.Ladder[i].Do) {
			return false
		}
	}
	return true
}
