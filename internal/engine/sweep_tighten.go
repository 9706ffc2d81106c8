package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// errTightened says that the plans have changed under a step: it asks, or waits longer, by now.
var errTightened = errors.New("the step asks or waits longer than when its plan was made")

// planned is the step of what a look finds now that does what a step was to do.
func (r ref) planned(found []playbook.Proposal) (action.Step, bool) {
	same := func(other action.Rung) bool { return key(other.Do) == key(r.rung().Do) }
	for _, p := range found {
		for _, s := range p.Plan.Steps {
			if slices.ContainsFunc(s.Ladder, same) {
				return s, true
			}
		}
	}
	return action.Step{}, false
}

// tighten makes a new revision where what a sweep found would be planned more strictly by now than when its owner was told: it asks a person what
// it did not, or waits longer, since the configuration, its tags, its price or what stands in front of it has changed. What it would be planned
// less strictly by changes nothing. The error is errTightened where it did.
func (sp *sparer) tighten(t *attempt, r ref, found []playbook.Proposal) error {
	plan := action.Plan{Steps: slices.Clone(t.plans[r.revision.Plan.Digest].Steps)}
	stricter := false
	for i, s := range plan.Steps {
		waiting := ref{r.revision, s, r.steps, &r.revision.Steps[i], i}
		if now, planned := waiting.planned(found); planned && waiting.step.State == ledger.Pending {
			if tighter, is := stricterOf(s, now); is {
				plan.Steps[i], stricter = tighter, true
			}
		}
	}
	if !stricter {
		return nil
	}
	next, err := sp.plan.replan(t, r.revision, plan)
	if err != nil {
		return fmt.Errorf("plan for %s: %w", r, err)
	}
	delete(t.planned, next.Number) // the steps behind it are looked at for themselves
	for i, s := range plan.Steps {
		t.early(ref{next, s, plan.Steps, &next.Steps[i], i})
	}
	t.note("%s: its plan asks more, or waits longer, than when its owner was told; plan %d goes on where it stands", r, next.Number)
	return errTightened
}

// stricterOf is a step as it asks and waits by both of two plans; false where the first does so already.
func stricterOf(was, now action.Step) (action.Step, bool) {
	stricter := now.After > was.After
	was.After, was.Ladder = max(was.After, now.After), slices.Clone(was.Ladder)
	for i, rung := range was.Ladder {
		for _, other := range now.Ladder {
			if key(other.Do) == key(rung.Do) && !strings.Contains(rung.Ask, other.Ask) { // what it asks already need not be asked again
				was.Ladder[i].Ask, stricter = other.Ask, true
			}
		}
	}
	return was, stricter
}

// early keeps a step waiting whose time has not passed since its owner could first read of it, however long ago its plan was made.
func (t *attempt) early(r ref) bool {
	if r.step.State != ledger.Pending || r.plan.After == 0 {
		return false
	}
	var told time.Time
	for i, s := range r.revision.Steps[:r.index] {
		if r.follows(i) && made(s.State) {
			told = later(told, s.Made)
		}
	}
	due := told.Add(r.plan.After)
	if told.IsZero() || !due.After(t.Now()) {
		return false
	}
	r.step.NotBefore = due
	return true
}
