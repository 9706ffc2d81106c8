package show

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

// What became of an order stands in the case's history, in the engine's words; the console's stories read them as the engine writes them.
func TestWhatBecameOfAnOrder(t *testing.T) {
	ann := ledger.Order{Verb: ledger.Approve, By: "ann", Via: ledger.ByKey}
	bob := ledger.Order{Verb: ledger.Approve, By: "bob@example.com", Proven: true}
	const key = "ann (unproven, by the console's key)"
	for _, c := range []struct {
		name  string
		order ledger.Order
		notes []string
		want  string
	}{
		{"nothing yet", ann, nil, "waits"},
		{"others' orders", ann, []string{"step 1 of revision 1 approved by bob@example.com", "approval by ann (unproven) is void: nothing asks"}, "waits"},
		{"another order of the same person", ann, []string{"dismissed by " + key + ", because approved by " + key + " is void: no"}, "waits"},
		{"let go", ann, []string{"step 1 of revision 1 approved by " + key}, "taken"},
		{"of two steps one takes a second person", bob, []string{"step 1 of revision 1 approved by bob@example.com: it takes 2 persons, one of them an approver", "step 2 of revision 1 approved by bob@example.com"}, "one-of-two"},
		{"the first of two", bob, []string{"step 1 of revision 1 approved by bob@example.com: it takes 2 persons, one of them an approver"}, "one-of-two"},
		{"changed since", bob, []string{"approval by bob@example.com is void: what asks has changed since it was shown"}, "void"},
		{"mine", ledger.Order{Verb: ledger.Mine, By: "ann"}, []string{"step 1 of revision 1: ann (unproven) says that it was they"}, "taken"},
		{"not mine is another answer", ledger.Order{Verb: ledger.Mine, By: "ann"}, []string{"step 1 of revision 1: ann (unproven) says that it was not they"}, "waits"},
		{"not mine", ledger.Order{Verb: ledger.NotMine, By: "ann"}, []string{"step 1 of revision 1: ann (unproven) says that it was not they"}, "taken"},
		{"mine, by somebody who is not asked", ledger.Order{Verb: ledger.Mine, By: "ann"}, []string{"mine by ann (unproven) is void: the case asks nobody whether it was they"}, "void"},
		{"closed", ann, []string{"approve by " + key + " is void: the case is dismissed"}, "void"},
	} {
		history := []ledger.Entry{{Seq: 7, Notes: []string{"step 1 of revision 1 approved by " + c.order.Giver()}}, {Seq: 8, Notes: c.notes}}
		if got := OutcomeOf("c_1", c.order, history, 7); got.Outcome != c.want {
			t.Errorf("%s: %s", c.name, cmp.Diff(c.want, got.Outcome))
		}
	}
}
