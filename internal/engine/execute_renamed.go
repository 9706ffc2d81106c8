package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// errFollowed says that the plans have changed under a step: its target has another name.
var errFollowed = errors.New("the target was renamed since the plan was made")

// mostFollowed is how often one attempt runs after a target that is renamed again and again.
const mostFollowed = 5

// follow makes a new revision of a plan whose target was renamed: the same steps, where they stand, against the name that
// it has now. The check is not asked again, since what the plan has done already may have mended what the check would look
// for. What waits in it is judged anew, and what has another target asks anew: an approval is of the step that was seen.
func (ex *executor) follow(ctx context.Context, t *attempt, r ref, look action.Look) error {
	renamed := look.Renamed
	if t.followed++; t.followed > mostFollowed {
		return fmt.Errorf("%s is renamed again and again: the next attempt goes on", r)
	}
	if r.step.State == ledger.Intent { // looked at, and not there: it was not done
		if err := ex.effects.forget(ctx, t, r, look); err != nil {
			return err
		}
		r.step.State = ledger.Pending
	}
	was := r.revision
	var plan action.Plan // against the present name, as far as it is still to be carried out
	for i, s := range t.plans[was.Plan.Digest].Steps {
		if waits(was.Steps[i].State) {
			s.Ladder = slices.Clone(s.Ladder)
			for j := range s.Ladder {
				s.Ladder[j].Do = action.Follow(s.Ladder[j].Do, renamed)
			}
		}
		plan.Steps = append(plan.Steps, s)
	}
	next, err := ex.plan.replan(t, was, plan)
	if err != nil {
		return fmt.Errorf("plan for %s: %w", renamed.About().Target, err)
	}
	t.note("%s: its target has changed since the plan was made; plan %d goes on where it stands, against %s", r, next.Number, renamed.About().Target)
	return errFollowed
}
