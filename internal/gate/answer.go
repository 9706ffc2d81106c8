package gate

import (
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// answer lets be what the person who was asked says that they did: this finding, and no other of theirs.
func answer(_ Policy, f Facts) (Verdict, bool) {
	if f.Mine == "" {
		return pass()
	}
	return object(Except, "answer", f.Mine+" was asked, and says that it was they")
}

// Answers reports whether an order answers a question that a case puts to the person who did it: theirs does, and an approver's that it was
// not they. Without approvers that is anybody's, as any order is.
func (p Policy) Answers(c *ledger.Case, o ledger.Order, a ledger.Ask, of action.Step) bool {
	whom, who := c.Whom(p.Approval.People, a, of), p.Approval.People.Address(o.By)
	approves := len(p.Approval.Approvers) == 0 || slices.Contains(p.Approval.Approvers, who)
	return whom != "" && (whom == who || o.Verb == ledger.NotMine && approves)
}
