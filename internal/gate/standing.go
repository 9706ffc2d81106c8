package gate

import (
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Standing is what a case says about who may give an order. Open opens a plan. Joining are the suspects that are about to join
// the case.
func (p Policy) Standing(c *ledger.Case, o ledger.Order, open func(action.Sealed) (action.Plan, error), joining ...event.Actor) (Standing, error) {
	s := Standing{Never: neverLetBe(c.Playbook)}
	s.Actors, s.Known = p.Approval.actors(c, joining)
	for _, r := range c.Revisions {
		if r.Superseded != 0 || o.Verb == ledger.Approve && o.Revision != 0 && r.Number != o.Revision {
			continue
		}
		plan, err := open(r.Plan)
		if err != nil {
			return s, err
		}
		for i, step := range plan.Steps {
			if i >= len(r.Steps) || !concerns(o.Verb, c, r, i) {
				continue
			}
			for _, rung := range reach(o.Verb, step.Ladder, r.Steps[i].Rung) {
				if deed := DeedOf(rung.Do); !slices.Contains(s.Deeds, deed) {
					s.Deeds = append(s.Deeds, deed)
				}
			}
		}
	}
	unchecked := slices.ContainsFunc(c.Suspects, func(l ledger.Suspect) bool { return l.Checked == "" })
	if o.Verb != ledger.Approve && unchecked {
		s.Deeds = append(s.Deeds, anything())
	}
	return s, nil
}

// DeedOf is what an action does, and in which account.
func DeedOf(a action.Action) Deed {
	about := a.About()
	return Deed{about.Kind.Class, about.Target.Account}
}

// concerns reports whether an order is about a step: an approval about what asks, a dismissal about what was not begun; to take a case
// back, or to let its finding be, is about all of it, since it stays quiet about all of it.
func concerns(verb ledger.Verb, c *ledger.Case, r ledger.Revision, step int) bool {
	switch verb {
	case ledger.Approve:
		return slices.ContainsFunc(c.Asks(r.Number), func(a ledger.Ask) bool { return a.Step == step })
	case ledger.Dismiss:
		return r.Steps[step].State == ledger.Pending
	}
	return true
}

// reach are the rungs that an order is about, of a step that stands at one: an approval about those that it covers (see
// ledger.Answer), any other order about all that may still come.
func reach(verb ledger.Verb, ladder []action.Rung, at int) (out []action.Rung) {
	at = min(at, len(ladder)-1)
	for _, rung := range ladder[at:] {
		worse := rung.Do.About().Kind.Class == action.Destroy && ladder[at].Do.About().Kind.Class != action.Destroy
		if verb != ledger.Approve || rung.Ask == ladder[at].Ask && !worse {
			out = append(out, rung)
		}
	}
	return out
}

// actors are the addresses of the persons behind a case, by a session of people.issuers, by people.users, by who made the caller's
// credentials, and by the session's source identity, and whether one is known behind each actor. Some of these names are a caller's
// choice: they count against a person for this case, and nowhere else, nor for anybody: known is who AWS vouches for.
func (a Approval) actors(c *ledger.Case, joining []event.Actor) (all []string, known bool) {
	add := func(address string) {
		if address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	upstream := false
	for _, m := range c.Upstream {
		add(a.People.AddressOf(m.Actor))
		add(a.People.Address(m.Actor.SourceIdentity))
		upstream = upstream || a.People.VouchedAddressOf(m.Actor) != ""
	}
	known = true
	for _, l := range c.Suspects {
		if l.Checked != "dismissed" {
			joining = append(joining, l.Origin.Actor)
		}
	}
	for _, one := range append(joining, c.Origin.Actor) {
		add(a.People.AddressOf(one))
		add(a.People.Address(one.SourceIdentity))
		if a.People.VouchedAddressOf(one) == "" && !(upstream && one.Credential() == c.Origin.Actor.Credential()) {
			known = false
		}
	}
	return all, known
}

// Grave are the addresses of those whom a case keeps from giving orders, whatever they are about: it is open, confirmed, high or worse,
// and about what they did. A name that a caller may choose does not count: it would take all approvers off.
func (p Policy) Grave(c *ledger.Case) (all []string) {
	if !c.State.Open() || c.State == ledger.Suspected || ledger.Precedence(c.Severity) > ledger.Precedence(playbook.High) {
		return nil
	}
	add := func(a event.Actor) {
		if who := p.Approval.People.VouchedAddressOf(a); who != "" {
			all = append(all, who)
		}
	}
	for _, m := range c.Upstream {
		add(m.Actor)
	}
	for _, l := range c.Suspects {
		if l.Checked == "confirmed" || l.Checked == "again" {
			add(l.Origin.Actor)
		}
	}
	return all
}
