package app

import (
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// CaseView is a case as scripts and people see it. Its JSON is stable.
type CaseView struct {
	Case     string            `json:"case"`
	Playbook string            `json:"playbook"`
	Severity playbook.Severity `json:"severity"`
	Title    string            `json:"title"`
	Account  string            `json:"account"`
	Region   string            `json:"region,omitempty"`
	Resource string            `json:"resource"`
	Actor    string            `json:"actor,omitempty"`
	Person   string            `json:"person,omitempty"`
	Verdict  string            `json:"verdict,omitempty"` // act, ask, observe, hold, except
	Reason   string            `json:"reason,omitempty"`  // RULE: text
	State    ledger.State      `json:"state"`
	Plan     []string          `json:"plan"`
	Actions  []ActionView      `json:"actions"`
	Times    ledger.Times      `json:"times"`
	Undo     UndoView          `json:"undo"`
	Revision int               `json:"revision,omitempty"` // the newest; approval is of one revision
	Paged    string            `json:"paged,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// ActionView is one step of a plan, at the rung where it stands.
type ActionView struct {
	Kind    string `json:"kind"`
	Target  string `json:"target"`
	Outcome string `json:"outcome"` // pending, done, already, failed, skipped, undone
	Error   string `json:"error,omitempty"`
	Note    string `json:"note,omitempty"`
	Verdict string `json:"verdict,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// UndoView says whether the case can be taken back, or why not.
type UndoView struct {
	Possible bool   `json:"possible"`
	Why      string `json:"why,omitempty"`
}

// View shows a case. A plan that this riposte can't read is left out: it is a newer one's.
func View(c *ledger.Case, codec action.Codec, people event.People) CaseView {
	v := CaseView{
		Case: c.ID, Playbook: c.Playbook, Severity: c.Severity, Title: c.Title, Account: c.Root.Account, Region: c.Root.Region,
		Resource: c.Root.String(), Actor: c.Origin.Actor.ARN, Person: people.Person(c.Origin.Actor), Verdict: verdict(c),
		Reason: c.Reason, State: c.State, Plan: []string{}, Actions: []ActionView{}, Times: utc(c.Times), Paged: c.Paged, Error: c.Error,
	}
	for _, r := range c.Revisions {
		plan, err := codec.Open(r.Plan)
		if r.Superseded != 0 || err != nil || len(plan.Steps) != len(r.Steps) {
			continue
		}
		v.Revision = r.Number
		v.Plan = append(v.Plan, plan.Kinds()...)
		for i, s := range r.Steps {
			v.Actions = append(v.Actions, viewAction(plan.Steps[i], s))
		}
	}
	v.Undo = viewUndo(c, codec)
	return v
}

func viewAction(plan action.Step, s ledger.Step) ActionView {
	a := plan.Ladder[min(s.Rung, len(plan.Ladder)-1)].Do
	return ActionView{
		Kind: a.Kind().Name, Target: a.Target().String(), Outcome: outcome(s.State), Error: s.Error, Note: s.Note,
		Verdict: s.Verdict, Reason: s.Reason,
	}
}

func outcome(s ledger.StepState) string {
	switch s {
	case ledger.Done, ledger.Stays, ledger.Turning:
		return "done"
	case ledger.Already:
		return "already"
	case ledger.Broken:
		return "failed"
	case ledger.Skipped, ledger.Dropped:
		return "skipped"
	case ledger.Back:
		return "undone"
	}
	return "pending"
}

// verdict is the strictest one that is pending, else the one that was carried out.
func verdict(c *ledger.Case) string {
	weight := map[string]int{"except": 1, "observe": 2, "act": 3, "ask": 4, "hold": 5}
	best := ""
	for _, r := range c.Revisions {
		for _, s := range r.Steps {
			v := s.Verdict
			if s.State != ledger.Pending && s.State != ledger.Intent && v != "" {
				v = "act"
			}
			if r.Superseded == 0 && s.State != ledger.Dropped && weight[v] > weight[best] {
				best = v
			}
		}
	}
	return best
}

func viewUndo(c *ledger.Case, codec action.Codec) UndoView {
	switch {
	case c.State == ledger.Undone:
		return UndoView{Why: "it was taken back already"}
	case c.Undo != nil:
		return UndoView{Why: "it is being taken back"}
	}
	why := "nothing was changed"
	for _, r := range c.Revisions {
		plan, err := codec.Open(r.Plan)
		if err != nil {
			return UndoView{Why: err.Error()}
		}
		for i, s := range r.Steps {
			if len(s.Held) > 0 {
				return UndoView{Possible: true}
			}
			if final := plan.Steps[i].Ladder[min(s.Rung, len(plan.Steps[i].Ladder)-1)].Do.Kind().Final; s.State == ledger.Done && final != "" {
				why = final
			}
		}
	}
	return UndoView{Why: why}
}

func utc(t ledger.Times) ledger.Times {
	for _, at := range []*time.Time{&t.Occurred, &t.Received, &t.Decided, &t.FirstChange, &t.Contained, &t.Verified} {
		if !at.IsZero() {
			*at = at.UTC()
		}
	}
	return t
}
