package securityhub

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// step is one step of a plan that still counts: what it wants, by the rung that it is at, and how far it is.
type step struct {
	ledger.Step
	ladder []action.Rung
}

// does returns the action that the step is at.
func (s step) does() action.Action { return s.ladder[min(s.Rung, len(s.ladder)-1)].Do }

// standing reports whether a change of the case is there, to be taken back one day.
func (s step) standing() bool {
	return s.State == ledger.Done || s.State == ledger.StepReverting || s.State == ledger.Intent
}

// steps returns those of all plans that were not superseded, in order.
func (r *Reporter) steps(c *ledger.Case) (out []step, err error) {
	for _, revision := range c.Revisions {
		if revision.Superseded != 0 {
			continue
		}
		plan, err := r.codec.Open(revision.Plan)
		if err != nil {
			return nil, fmt.Errorf("plan of revision %d: %w", revision.Number, err)
		}
		if len(plan.Steps) != len(revision.Steps) {
			return nil, fmt.Errorf("plan of revision %d has %d steps, %d are recorded", revision.Number, len(plan.Steps), len(revision.Steps))
		}
		for i, s := range plan.Steps {
			out = append(out, step{revision.Steps[i], s.Ladder})
		}
	}
	return out, nil
}
