package engine

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// approve lets go what the person was shown: the questions that steps ask where they stand. What has joined, climbed or
// changed since was not shown, and makes the approval void; a rung with another question asks again.
func (ib *inbox) approve(t *attempt, o ledger.Order) {
	asks := t.c.Asks(o.Revision)
	switch {
	case len(asks) == 0:
		of := ""
		if o.Revision != 0 {
			of = fmt.Sprintf(" of revision %d", o.Revision)
		}
		t.note("approval by %s is void: nothing asks%s", by(o), of)
		return
	case o.Shown == "" && o.Revision == 0:
		t.note("approval by %s is void: it does not say what was shown", by(o))
		return
	case o.Shown != "" && o.Shown != t.c.Shown(o.Revision):
		t.note("approval by %s is void: what asks has changed since it was shown", by(o))
		return
	case o.Shown == "" && slices.ContainsFunc(asks, func(a ledger.Ask) bool { return a.Rung > 0 }):
		t.note("approval by %s is void: a step of revision %d stands at another rung than it was made with", by(o), o.Revision)
		return
	}
	for r := range t.live() {
		if !slices.ContainsFunc(asks, func(a ledger.Ask) bool { return a.Revision == r.revision.Number && a.Step == r.index }) {
			continue
		}
		r.revision.Approved = &o
		r.revision.Answers = append(r.revision.Answers, ledger.Answer{Step: r.index, Ask: r.rung().Ask, Class: r.rung().Do.About().Kind.Class})
		t.note("%s of revision %d approved by %s", r, r.revision.Number, by(o))
	}
}

// approved reports whether a person has answered what the step asks at its present rung. Who said yes to a destruction did
// so to what contains; not the other way round.
func (r ref) approved() bool {
	now := r.rung()
	return slices.ContainsFunc(r.revision.Answers, func(a ledger.Answer) bool {
		return a.Step == r.index && a.Ask == now.Ask && (a.Class == action.Destroy || now.Do.About().Kind.Class != action.Destroy)
	})
}
