package securityhub

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// step is one step of a plan that still counts: how far it is, and the action that it is at.
type step struct {
	ledger.Step
	does action.Action
	told *ledger.Told // what people know of its question
}

// steps returns those of all plans that were not superseded, in order.
func (r *Reporter) steps(c *ledger.Case) (out []step, err error) {
	asks := c.Asks(0)
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
			at := revision.Steps[i]
			one := step{at, s.Ladder[min(at.Rung, len(s.Ladder)-1)].Do, nil}
			for _, a := range asks {
				if a.Revision == revision.Number && a.Step == i {
					one.told = c.Told(a)
				}
			}
			out = append(out, one)
		}
	}
	return out, nil
}
