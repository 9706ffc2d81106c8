package show

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Outcome is what became of an order. The JSON names are stable: scripts rely on them.
type Outcome struct {
	Case    string      `json:"case"`
	Verb    ledger.Verb `json:"verb"`
	Outcome string      `json:"outcome"`       // taken, void, one-of-two; waits: it lies in the case's inbox
	Why     []string    `json:"why,omitempty"` // as the case's history has it
}

// phrase is how the engine notes an order: how the note begins, and what stands before the giver.
type phrase struct {
	verb                  ledger.Verb
	begins, before, after string // after: what follows the giver
}

func phrases() []phrase {
	all := []phrase{
		{ledger.Approve, "", "approved by ", ""}, {ledger.Approve, "approval by ", "", ""}, {ledger.Dismiss, "dismissed by ", "", ""},
		{ledger.Except, "let be until ", "says ", ""}, {ledger.Except, "exception by ", "", ""},
		{ledger.Undo, "to be taken back, says ", "", ""},
		{ledger.Revoke, "the exception of ", " ends, says ", ""}, {ledger.Revoke, "the end of an exception by ", "", ""},
		{ledger.Mine, "", ": ", " says that it was they"}, {ledger.NotMine, "", ": ", " says that it was not they"},
	}
	for _, verb := range []ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Except, ledger.Undo, ledger.Revoke, ledger.Mine, ledger.NotMine} {
		all = append(all, phrase{verb, string(verb) + " by ", "", ""}) // void before it is looked at
	}
	return all
}

// OutcomeOf reads what became of an order in what the case's history says since the entry that was the last when it was given.
func OutcomeOf(caseID string, o ledger.Order, history []ledger.Entry, since int64) Outcome {
	out := Outcome{Case: caseID, Verb: o.Verb, Outcome: "waits"}
	for _, e := range history {
		if e.Seq <= since {
			continue
		}
		for _, note := range e.Notes {
			head, then, names := strings.Cut(note, o.Giver())
			if !names || !slices.ContainsFunc(phrases(), func(p phrase) bool {
				return p.verb == o.Verb && strings.HasPrefix(note, p.begins) && strings.HasSuffix(head, p.before) && strings.HasPrefix(then, p.after)
			}) {
				continue
			}
			out.Why = append(out.Why, note)
			switch {
			case strings.HasPrefix(then, ": it takes "):
				out.Outcome = "one-of-two" // of one step at least
			case strings.HasPrefix(then, " is void: "):
				out.Outcome = cmp.Or(strings.TrimPrefix(out.Outcome, "waits"), "void")
			case out.Outcome != "one-of-two":
				out.Outcome = "taken"
			}
		}
	}
	return out
}
