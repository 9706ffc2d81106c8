package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// approve lets go what the person was shown: the questions that steps ask where they stand. What has joined, climbed or
// changed since was not shown, and makes the approval void; a rung with another question asks again.
func (ib *inbox) approve(t *attempt, o ledger.Order, s gate.Standing) {
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
		ib.consent(t, r, o, s)
	}
}

// consent lets one step go, or notes who has said yes where it takes more persons.
func (ib *inbox) consent(t *attempt, r ref, o ledger.Order, s gate.Standing) {
	deed := gate.DeedOf(r.rung().Do)
	to := ledger.Answer{Step: r.index, Ask: r.rung().Ask, Class: deed.Class}
	if n := ib.policy.Persons(deed); n > 1 {
		if all := t.c.Consent(r.revision, to, o); !ib.policy.Enough(all, s, deed) {
			t.note("%s of revision %d approved by %s: it takes %d persons, one of them an approver", r, r.revision.Number, by(o), n)
			return
		}
	}
	r.revision.Approved = &o
	r.revision.Answers = append(r.revision.Answers, to)
	t.note("%s of revision %d approved by %s", r, r.revision.Number, by(o))
}

// mayOrder says why a person may not give an order about the case, also by what is about to join it, and by all that is open.
func (ib *inbox) mayOrder(ctx context.Context, t *attempt, o ledger.Order) (s gate.Standing, why string, err error) {
	var joining []event.Actor
	for _, m := range t.inbox {
		if m.Lead != nil {
			joining = append(joining, m.Lead.Origin.Actor)
		}
	}
	s, err = ib.policy.Standing(t.c, o, func(p action.Sealed) (action.Plan, error) { return t.plans[p.Digest], nil }, joining...)
	if err != nil {
		return s, "", err
	}
	if why = ib.policy.MayOrder(o, s); why == "" && len(ib.policy.Approval.Approvers) > 0 { // only now are all cases read for it
		s.Grave, err = ib.grave(ctx, o)
		why = ib.policy.MayOrder(o, s)
	}
	return s, why, err
}

// grave is an open case that keeps a person from all orders, "" where there is none.
func (ib *inbox) grave(ctx context.Context, o ledger.Order) (string, error) {
	id, err := ib.policy.KeptBy(o.By, ledger.All(ctx, ib.store, ledger.Filter{Open: true}))
	if err != nil {
		return "", fmt.Errorf("read the open cases: %w", err)
	}
	return id, nil
}

// approved reports whether a person has answered what the step asks at its present rung. Who said yes to a destruction did
// so to what contains; not the other way round.
func (r ref) approved() bool {
	now := r.rung()
	return slices.ContainsFunc(r.revision.Answers, func(a ledger.Answer) bool {
		return a.Step == r.index && a.Ask == now.Ask && (a.Class == action.Destroy || now.Do.About().Kind.Class != action.Destroy)
	})
}
