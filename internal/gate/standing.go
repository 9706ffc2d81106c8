package gate

import (
	"iter"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Standing is what a case says about who may give an order. Open opens a plan. Joining are the suspects that are about to join
// the case.
func (p Policy) Standing(c *ledger.Case, o ledger.Order, open func(action.Sealed) (action.Plan, error), joining ...event.Actor) (Standing, error) {
	s := p.About(c, joining...)
	for _, x := range c.Excepts(o.At) {
		if o.Verb == ledger.Revoke && x.ID() == o.Ends {
			s.Giver = p.Approval.People.Address(x.By)
		}
	}
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
			if answers(o.Verb) {
				who := c.Whom(p.Approval.People, ledger.Ask{Revision: r.Number, Step: i, Rung: r.Steps[i].Rung}, step)
				if who == "" || o.Verb == ledger.Mine && who != p.Approval.People.Address(o.By) {
					continue
				}
				s.Asked = append(s.Asked, who)
			}
			for _, rung := range reach(o.Verb, step.Ladder, r.Steps[i].Rung) {
				if deed := DeedOf(rung.Do); !slices.Contains(s.Deeds, deed) {
					s.Deeds = append(s.Deeds, deed)
				}
			}
		}
	}
	unchecked := slices.ContainsFunc(c.Suspects, func(l ledger.Suspect) bool { return l.Checked == "" })
	if o.Verb != ledger.Approve && !answers(o.Verb) && unchecked {
		s.Deeds = append(s.Deeds, anything())
	}
	return s, nil
}

// About is what a case says about who may give an order, whatever it is of: who did it, and whose its root is. Joining are the suspects that are
// about to join it.
func (p Policy) About(c *ledger.Case, joining ...event.Actor) Standing {
	s := Standing{Never: p.never(c.Playbook)}
	s.Actors, s.Known = p.Approval.actors(c, joining)
	if p.Approval.Owner != nil {
		if who, inferred := p.Approval.Owner(c); inferred {
			s.Inferred = who
		} else {
			s.Owners = who
		}
	}
	return s
}

// Unheard are the owners by a tag, or by having made it, who have no word in a case, as it stands: the actor may have written the tag, or made it.
func (p Policy) Unheard(c *ledger.Case) []string {
	s := p.About(c)
	return slices.DeleteFunc(s.Inferred, func(who string) bool {
		is := p.Approval.parts(who, c.Root.Account, s)
		return s.Known && !slices.Contains(s.Actors, who) || slices.Contains(is, approver) || slices.Contains(is, owner)
	})
}

// DeedOf is what an action does, and in which account.
func DeedOf(a action.Action) Deed {
	about := a.About()
	return Deed{about.Kind.Class, about.Target.Account}
}

// concerns reports whether an order is about a step: an approval, and whether it was they, about what asks, a dismissal about what was not begun; to take a case
// back, or to let its finding be, is about all of it, since it stays quiet about all of it.
func concerns(verb ledger.Verb, c *ledger.Case, r ledger.Revision, step int) bool {
	switch verb {
	case ledger.Approve, ledger.Mine, ledger.NotMine:
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
		if verb != ledger.Approve && !answers(verb) || rung.Ask == ladder[at].Ask && !worse {
			out = append(out, rung)
		}
	}
	return out
}

// actors are the addresses of the persons behind a case, by a session of people.issuers, by people.users, by who made the caller's
// credentials, and by the session's source identity, and whether one is known behind each actor. Some of these names are a caller's
// choice: they count against a person for this case, and nowhere else, nor for anybody: known is who AWS vouches for. Who made a key counts
// likewise: others may hold it. What a sweep found nobody did: there is no call, and nobody whose part in it is unknown.
func (a Approval) actors(c *ledger.Case, joining []event.Actor) (all []string, known bool) {
	add := func(address string) {
		if address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	for _, m := range c.Upstream {
		add(a.People.AddressOf(m.Actor))
		add(a.People.Address(m.Actor.SourceIdentity))
	}
	upstream := slices.ContainsFunc(c.Openers(), func(m playbook.Minter) bool { return a.People.VouchedAddressOf(m.Actor) != "" })
	known = true
	for _, l := range c.Suspects {
		if l.Checked != "dismissed" && l.Origin.Sweep == "" {
			joining = append(joining, l.Origin.Actor)
		}
	}
	if c.Origin.Sweep == "" {
		joining = append(joining, c.Origin.Actor)
	}
	for _, one := range joining {
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
	for _, m := range c.Openers() {
		add(m.Actor)
	}
	for _, l := range c.Suspects {
		if l.Checked == "confirmed" || l.Checked == "again" {
			add(l.Origin.Actor)
		}
	}
	return all
}

// Alone is what stands about an exception that is given from no case: of what a playbook may do, in an account, or of an actor, whose
// account is "", anywhere.
func (p Policy) Alone(of playbook.Definition, account string, wide bool) Standing {
	s := Standing{Never: p.never(of.ID), Known: true, Wide: wide}
	for _, k := range of.Changes {
		if deed := (Deed{k.Class, account}); account != "" && !slices.Contains(s.Deeds, deed) {
			s.Deeds = append(s.Deeds, deed)
		}
	}
	return s
}

// KeptBy is the case, of all that are open, that keeps a person from all orders, "" where there is none. None does where each approver has
// one: then nobody could answer any, and who takes over all their users would have switched people off.
func (p Policy) KeptBy(who string, open iter.Seq2[*ledger.Case, error]) (string, error) {
	of := map[string]string{} // cases, by whom they keep from orders
	for c, err := range open {
		if err != nil {
			return "", err
		}
		for _, actor := range p.Grave(c) {
			of[actor] = c.ID
		}
	}
	free := func(approver string) bool { return of[approver] == "" }
	if !slices.ContainsFunc(p.Approval.Approvers, free) {
		return "", nil
	}
	return of[p.Approval.People.Address(who)], nil
}
