package engine

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// asking is the step as a question of it is named, but for why it asks.
func (r ref) asking() ledger.Ask {
	return ledger.Ask{Revision: r.revision.Number, Plan: r.revision.Plan.Digest, Step: r.index, Rung: r.step.Rung}
}

// lapse lets a step be, and what must not be done without it.
func (t *attempt) lapse(r ref) {
	r.step.State, r.step.Note = ledger.Dropped, r.step.Reason
	for i := r.index + 1; r.plan.Must && i < len(r.revision.Steps); i++ {
		if s := &r.revision.Steps[i]; s.State == ledger.Pending {
			s.State, s.Verdict, s.Note = ledger.Dropped, string(gate.Lapse), "a step before it, which must succeed, was let be"
		}
	}
}

// opened opens the plan of a revision of the case, which were opened all.
func (t *attempt) opened(p action.Sealed) (action.Plan, error) { return t.plans[p.Digest], nil }

// news is what people are to be told of the questions of a case, by the step: a new question, or an old one again.
func (rp *reporter) news(t *attempt) map[*ledger.Step]ledger.Told {
	out := map[*ledger.Step]ledger.Told{}
	promises, err := rp.policy.Promises(t.c, t.opened, t.Now())
	if err != nil {
		return nil // no plan is opened here
	}
	for _, p := range promises {
		out[&t.c.Revisions[p.Question.Revision-1].Steps[p.Question.Step]] = p.Told
	}
	return out
}

// tells writes into the case what it is about to be told with, where the report itself tells. It returns what takes that back where nobody
// was told, and what notes it where they were.
func (rp *reporter) tells(t *attempt) (untold, noted func()) {
	schema, before := t.c.Schema, map[*ledger.Step]*ledger.Told{}
	if rp.policy.Approval.Tells == gate.ByReport {
		for step, told := range rp.news(t) {
			before[step] = step.Told
			t.c.Tell(step, told)
		}
	}
	untold = func() {
		t.c.Schema = schema
		for step, was := range before {
			step.Told = was
		}
	}
	return untold, func() {
		for r := range t.live() {
			if _, told := before[r.step]; told {
				t.told(r)
			}
		}
	}
}

func (t *attempt) told(r ref) {
	t.note("%s: people are told; no answer until %s means %s", r, r.step.Told.Until.UTC().Format(time.RFC3339), r.step.Told.Silence)
}

// endsSoon reports whether people are to be told that an exception ends.
func (t *attempt) endsSoon() bool {
	return slices.ContainsFunc(t.c.EndsTold(t.Now()), func(at time.Time) bool { return !at.After(t.Now()) })
}

// answersDue are the times at which silence means something, or people are told again, or should have been told.
func (t *attempt) answersDue() (at []time.Time) {
	for r := range t.live() {
		if !r.step.Asks() {
			continue
		}
		if p := r.step.Posted; p != nil && !p.Untold {
			at = append(at, p.By)
		}
		if r.step.Told != nil {
			at = append(at, r.step.Told.Until, r.step.Told.Remind)
		}
	}
	return at
}
