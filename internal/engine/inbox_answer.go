package engine

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// answer takes what a person says who was asked whether it was they. That it was lets be what they were asked about, and nothing that they do
// later: the session may be stolen tomorrow. That it was not lets the step go, since it harms nobody but the actor.
func (ib *inbox) answer(t *attempt, o ledger.Order, s gate.Standing) {
	if o.Shown != "" && o.Verb == ledger.Mine && o.Shown != t.c.Shown(0) {
		t.note("%s by %s is void: what asks has changed since it was shown", o.Verb, by(o))
		return
	}
	asks, answered := t.c.Asks(0), false
	for r := range t.live() {
		i := slices.IndexFunc(asks, func(a ledger.Ask) bool { return a.Revision == r.revision.Number && a.Step == r.index })
		if i < 0 || !ib.policy.Answers(t.c, o, asks[i], r.plan) {
			continue
		}
		answered = true
		switch class := gate.DeedOf(r.rung().Do).Class; {
		case o.Verb == ledger.Mine && (r.plan.Proof || s.Never):
			t.note("%s: %s says that it was they; nothing honest is possible here, and it asks on", r, by(o))
		case o.Verb == ledger.Mine:
			t.c.Own(r.step, o)
			t.note("%s: %s says that it was they%s", r, by(o), because(o.Reason))
		case class == action.Destroy:
			t.note("%s: %s says that it was not they%s; what has no way back waits for an approval", r, by(o), because(o.Reason))
		default:
			r.revision.Approved = &o
			r.revision.Answers = append(r.revision.Answers, ledger.Answer{Step: r.index, Ask: r.rung().Ask, Class: class})
			t.note("%s: %s says that it was not they%s", r, by(o), because(o.Reason))
		}
	}
	switch {
	case !answered:
		t.note("%s by %s is void: nothing asks them whether it was they", o.Verb, by(o))
	case o.Verb == ledger.NotMine:
		t.page(fmt.Sprintf("%s says that it was not they who did this", by(o)))
	default:
		t.c.Report.Wanted++
	}
}
