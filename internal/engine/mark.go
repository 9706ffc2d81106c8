package engine

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// marked adds to a plan a step for each resource that it may change and that can be tagged: the case and the playbook, for the people who
// find the resource changed. They are part of the plan, so that they are approved, kept with their way back and taken back with it.
// A plan that only tags says all itself.
func marked(p action.Plan, prefix, caseID, playbook string) action.Plan {
	if prefix == "" {
		return p
	}
	out := action.Plan{Steps: slices.Clone(p.Steps)}
	seen := map[event.Resource]bool{}
	for _, s := range p.Steps {
		for _, r := range s.Ladder {
			about := r.Do.About()
			class := about.Kind.Class
			if class == action.Mark || class == action.Destroy || seen[about.Target] || !action.Taggable(about.Target.Type) {
				continue
			}
			seen[about.Target] = true
			out.Steps = append(out.Steps, action.Try(action.PutTags{
				Resource: about.Target, Identity: about.Identity, Tags: action.CaseTags(prefix, caseID, playbook),
			}))
		}
	}
	return out
}

// asides reports of each step of a plan whether it only tags what others change: in a plan that only tags none does.
func asides(p action.Plan) func(action.Step) bool {
	mark := func(s action.Step) bool { return s.Ladder[0].Do.About().Kind.Class == action.Mark }
	only := !slices.ContainsFunc(p.Steps, func(s action.Step) bool { return !mark(s) })
	return func(s action.Step) bool { return !only && mark(s) }
}

// patience is how long a tag may take: nothing waits for it.
const patience = 5 * time.Second

// marks puts the tags on what was changed, in an attempt that has nothing else to do: that of a round of verification, so that a tag
// neither delays an answer nor costs an attempt. What goes wrong is a note, and is tried again with the next round, until the last.
func (ex *executor) marks(ctx context.Context, t *attempt) error {
	if !t.c.State.Open() || t.answered || t.c.GivenUp != "" || t.c.Undo != nil || t.waiting() > 0 || t.c.Rounds == 0 {
		return nil
	}
	defer func(call time.Duration) { t.Timing.Call = call }(t.Timing.Call)
	t.Timing.Call = patience
	for r := range t.live() {
		if !r.step.Aside || !waits(r.step.State) || t.late() {
			continue
		}
		if !t.changedHere(r) {
			if t.c.Rounds >= len(t.Timing.Rounds) && r.step.State == ledger.Pending {
				r.step.State, r.step.Note = ledger.Dropped, "nothing was changed there"
			}
			continue
		}
		err := ex.climb(ctx, t, r)
		if endsTurn(err) {
			return err
		}
		if err != nil {
			r.step.Error = err.Error()
			t.note("not tagged: %v", err)
		}
		if waits(r.step.State) && t.c.Rounds >= len(t.Timing.Rounds) {
			r.step.State = ledger.StepFailed
		}
	}
	return nil
}

// follows has a tag wait for what its step waits for: what is asked about a change is asked about the tag on it.
func (t *attempt) follows(tag ref) {
	for r := range t.live() {
		if tag.step.State == ledger.Pending && r.revision == tag.revision && !r.step.Aside && r.target() == tag.target() {
			tag.step.Verdict, tag.step.Reason = r.step.Verdict, r.step.Reason
			return
		}
	}
}

// changedHere reports whether another step of the same plan has changed what a tag is for.
func (t *attempt) changedHere(tag ref) bool {
	for r := range t.live() {
		if r.revision == tag.revision && !r.step.Aside && r.step.State == ledger.Done && r.target() == tag.target() &&
			r.rung().Do.About().Kind.Class != action.Destroy {
			return true
		}
	}
	return false
}
