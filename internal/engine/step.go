package engine

import (
	"iter"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// ref is one step: what the plan says of it, and where it stands.
type ref struct {
	revision *ledger.Revision
	plan     action.Step
	steps    []action.Step // of the whole plan
	step     *ledger.Step
	index    int
}

// rung is the alternative that the step is at.
func (r ref) rung() action.Rung { return r.plan.Ladder[min(r.step.Rung, len(r.plan.Ladder)-1)] }

// mostRequests is how many of the latest changes a step names for people; the ledger knows them all.
const mostRequests = 20

func (r ref) requested(ids []string) {
	all := append(r.step.Requests, ids...)
	r.step.Requests = slices.Clone(all[max(0, len(all)-mostRequests):])
}

// target is what the step changes where it stands.
func (r ref) target() event.Resource { return r.rung().Do.About().Target }

// marks reports whether the step only tags: nothing depends on it, and where its tags are taken off they stay off.
func (r ref) marks() bool { return r.rung().Do.About().Kind.Class == action.Mark }

// tags reports whether the step writes tags and nothing else: those of a sweep's plan tell its owner what is to come.
func (r ref) tags() bool { return r.rung().Do.About().Kind.Tier == action.TierTag }

// yields reports whether the step is not done again where a caller takes it back.
func (r ref) yields() bool { return r.rung().Do.About().Kind.Yields }

// unknown has the gate's verdict say what holds a step of which there is no evidence either way.
func (r ref) unknown() {
	if x := r.step.Trouble; x != nil && x.Unknown {
		r.step.Verdict, r.step.Reason = string(gate.Hold), "evidence: "+x.Error
	}
}

// swept reports whether a step is of what a sweep found.
func (t *attempt) swept(r ref) bool { return t.suspect(r.revision.Suspect).Origin.Sweep != "" }

// under has a step that is under way looked at again, ever more slowly.
func (t *attempt) under(r ref, look action.Look) error {
	if look.Under == "" {
		return nil
	}
	x := r.step.Under
	if x == nil {
		x = &ledger.Trouble{}
		t.note("%s: under way, %s", r, look.Under)
	}
	wait := min(t.Timing.Under<<min(x.Times, 10), t.Timing.MaxUnder)
	r.step.Under = &ledger.Trouble{Times: x.Times + 1, Due: t.Now().Add(wait), Error: look.Under}
	return nil
}

func (r ref) String() string {
	a := r.rung().Do
	return a.About().Kind.Name + " " + a.About().Target.String()
}

// live yields the steps of all revisions that were not superseded, in order.
func (t *attempt) live() iter.Seq[ref] {
	return func(yield func(ref) bool) {
		for i := range t.c.Revisions {
			r := &t.c.Revisions[i]
			if r.Superseded != 0 {
				continue
			}
			steps := t.plans[r.Plan.Digest].Steps
			for j, s := range steps {
				if !yield(ref{r, s, steps, &r.Steps[j], j}) {
					return
				}
			}
		}
	}
}

// suspect returns the suspect of a key: the one that a revision answers.
func (t *attempt) suspect(key string) *ledger.Suspect {
	for i := range t.c.Suspects {
		if t.c.Suspects[i].Key == key {
			return &t.c.Suspects[i]
		}
	}
	return nil
}
