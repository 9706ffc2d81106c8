package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/decoy"
	"github.com/ripostehq/riposte/internal/ledger"
)

// step is a step of a plan that counts, with where it stands.
type step struct {
	plan action.Step
	at   ledger.Step
	told *ledger.Told // what people know of its question
	whom string       // the person who is asked whether it was they
}

// live returns the steps of the revisions that no later one took the place of.
func live(c *ledger.Case, codec action.Codec, people event.People) (out []step, err error) {
	asks := c.Asks(0)
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		plan, err := codec.Open(r.Plan)
		if err != nil {
			return nil, err
		}
		for i, s := range plan.Steps {
			at := ledger.Step{}
			if i < len(r.Steps) {
				at = r.Steps[i]
			}
			one := step{plan: s, at: at}
			for _, a := range asks {
				if a.Revision == r.Number && a.Step == i {
					one.told, one.whom = c.Told(a), c.Whom(people, a, s)
				}
			}
			out = append(out, one)
		}
	}
	return out, nil
}

// rung returns where the step stands, or stood last.
func (s step) rung() action.Action {
	return s.plan.Ladder[min(max(s.at.Rung, 0), len(s.plan.Ladder)-1)].Do
}

func (s step) action() Action {
	a := s.rung()
	out := Action{Kind: a.About().Kind.Name, Target: a.About().Target.String(), Outcome: outcome(s.at), Error: cmp.Or(s.at.Error, s.at.Note), Requests: s.at.Requests}
	if out.Outcome == "done" {
		out.Final = a.About().Kind.Final
	}
	if out.Outcome == "pending" {
		out.NotBefore = s.at.NotBefore.UTC()
	}
	if t := s.told; t != nil {
		out.Asked = &Asked{Of: s.whom, Told: t.At.UTC(), Until: t.Until.UTC(), Silence: t.Silence, Means: t.Means()}
	}
	return out
}

// outcome says in one of seven words how far a step is. What is only observed, or excepted, waits for nothing: it would be
// done in another mode. What was to be taken back and stays is still done; what was let go before it began is skipped.
func outcome(s ledger.Step) string {
	switch s.State {
	case ledger.Pending:
		if s.Verdict == "observe" || s.Verdict == "except" {
			return "would"
		}
		return "pending"
	case ledger.Intent:
		return "pending"
	case ledger.Already:
		return "already"
	case ledger.StepFailed:
		return "failed"
	case ledger.Skipped, ledger.Dropped:
		return "skipped"
	case ledger.StepUndone:
		return "undone"
	}
	return "done"
}

// verdict returns the strictest of those that wait, or, where nothing waits, of those given.
func verdict(steps []step) string {
	strictness := map[string]int{"act": 1, "except": 2, "observe": 3, "ask": 4, "hold": 5}
	strictest := func(of func(step) bool) (found string) {
		for _, s := range steps {
			if of(s) && strictness[s.at.Verdict] > strictness[found] {
				found = s.at.Verdict
			}
		}
		return found
	}
	waiting := strictest(func(s step) bool { return s.at.State == ledger.Pending || s.at.State == ledger.Intent })
	return cmp.Or(waiting, strictest(func(step) bool { return true }))
}

// undo says whether a step can be taken back, and of several that can't why the first can't.
func undo(c *ledger.Case, steps []step) Undo {
	but := stays(c, steps)
	switch {
	case c.State == ledger.Undone && but != "":
		return Undo{Why: "taken back, but for: " + but, But: but}
	case c.State == ledger.Undone:
		return Undo{Why: "it was taken back"}
	case c.Undo != nil:
		return Undo{Why: "it is being taken back"}
	}
	if c.Playbook == decoy.ID {
		return Undo{Why: decoy.Back(c)}
	}
	why := "nothing was changed"
	for _, s := range steps {
		if len(s.at.Owned) > 0 {
			return Undo{Possible: true, But: but}
		}
		if outcome(s.at) != "done" {
			continue
		}
		final := s.rung().About().Kind.Final
		if final == "" {
			return Undo{Possible: true, But: but}
		}
		why = s.rung().About().Kind.Name + ": " + final
	}
	return Undo{Why: why}
}

// mostStays is how many of a case's changes are named that an undo leaves.
const mostStays = 5

// stays names what of a case's changes an undo leaves, or has left, "" where nothing: what has no way back, and what could not be taken back.
func stays(c *ledger.Case, steps []step) string {
	var all []string
	for _, s := range steps {
		kind := s.rung().About().Kind
		why := kind.Final
		if why == "" && c.State == ledger.Undone && s.at.State == ledger.Stays {
			why = cmp.Or(s.at.Note, s.at.Error, "it could not be taken back")
		}
		if line := kind.Name + " (" + why + ")"; why != "" && outcome(s.at) == "done" && len(s.at.Owned) == 0 && !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	if more := len(all) - mostStays; more > 0 {
		all = append(all[:mostStays], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}
