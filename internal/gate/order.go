package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// part is what a person is to a case.
type part string

const (
	approver part = "approver" // approval.approvers
	owner    part = "owner"    // of the account, by owners.accounts
)

// right is one line of the table: who may give an order about actions of a class.
type right struct {
	verb  ledger.Verb
	class action.Class
	may   []part // any of them
	actor bool   // also where the case is about what this person did
}

// rights are the table. What stands in no line nobody may. A case's actor orders nothing that helps the actor: only to let be what
// is not urgent does not, since the question goes to the owner of what was done by the owner as well.
func rights() []right {
	return []right{
		{ledger.Approve, action.Contain, []part{approver}, false},
		{ledger.Approve, action.Mend, []part{approver, owner}, false},
		{ledger.Approve, action.Mark, []part{approver, owner}, false},
		{ledger.Approve, action.Destroy, []part{approver, owner}, false}, // in production by several persons: see Enough
		{ledger.Dismiss, action.Contain, []part{approver}, false},
		{ledger.Dismiss, action.Mend, []part{approver, owner}, true},
		{ledger.Dismiss, action.Mark, []part{approver, owner}, true},
		{ledger.Dismiss, action.Destroy, []part{approver, owner}, true},
		{ledger.Undo, action.Contain, []part{approver}, false},
		{ledger.Undo, action.Mend, []part{approver, owner}, false},
		{ledger.Undo, action.Mark, []part{approver, owner}, false},
		{ledger.Undo, action.Destroy, []part{approver}, false},
		{ledger.Except, action.Contain, []part{approver}, false},
		{ledger.Except, action.Mend, []part{approver, owner}, true},
		{ledger.Except, action.Mark, []part{approver, owner}, true},
		{ledger.Except, action.Destroy, []part{approver, owner}, true},
		{ledger.Revoke, action.Contain, []part{approver}, false},
		{ledger.Revoke, action.Mend, []part{approver}, false},
		{ledger.Revoke, action.Mark, []part{approver}, false},
		{ledger.Revoke, action.Destroy, []part{approver}, false},
	}
}

// Approval is who may give orders. Without approvers it is whoever can write the ledger, recorded as unproven.
type Approval struct {
	People     event.People
	Approvers  []string            // addresses
	Owners     map[string][]string // addresses, by account
	Production func(account string) bool
	Shell      bool // the command line's orders count, by the operating system's name for who gives them
	Persons    int  // how many have to approve what is destroyed in production
	Quiet      Quiet
	Answer     func(Deed) Answer // how long people have; nil: for ever
	Tells      bool              // something tells people of cases: else nobody is told, and nobody reminded
}

// Quiet is how long the same finding may stay unanswered, after an undo or by an exception.
type Quiet struct {
	Contain    time.Duration // where something was contained, or would be
	Production time.Duration // else in production, by an approver
	Owner      time.Duration // else
}

// Standing is what a case says about who may give an order.
type Standing struct {
	Never  bool     // of what the case found there is no exception: see neverLetBe
	Deeds  []Deed   // that the order is about; none: nothing is planned, and it may come to be anything
	Actors []string // addresses of the persons behind what was done
	Known  bool     // a person is known behind each actor
	Grave  string   // an open case, high or worse, about what this person did; "" none
}

// Deed is what is done, or would be, and in which account.
type Deed struct {
	Class   action.Class
	Account string
}

// MayOrder returns why a person may not give an order, "" where they may. Who speaks was proven, or not, by whatever brought the order.
func (p Policy) MayOrder(o ledger.Order, s Standing) string {
	a := p.Approval
	switch {
	case s.Never && o.Verb == ledger.Except:
		return "what hides traces, or touches a decoy, has no exception"
	case len(a.Approvers) == 0:
		return ""
	}
	who := a.People.Address(o.By)
	switch {
	case !o.Proven && o.Via == ledger.ByKey:
		return "the console's key says nothing of who holds it"
	case !o.Proven && !a.Shell:
		return "the command line gives no such orders (approval.command_line)"
	case who == "":
		return "it does not say who gives it"
	case s.Grave != "":
		return fmt.Sprintf("%s is an actor of case %s, which is open, and gives no orders until it is closed", who, s.Grave)
	}
	deeds := s.Deeds
	if len(deeds) == 0 {
		deeds = []Deed{anything()}
	}
	for _, deed := range deeds {
		if why := a.may(o, who, s, deed); why != "" {
			return why
		}
	}
	return ""
}

// anything is what may come of a suspect that was not looked at: what only approvers answer.
func anything() Deed { return Deed{Class: action.Contain} }

// may asks the table about one deed.
func (a Approval) may(o ledger.Order, who string, s Standing, deed Deed) string {
	var r right
	for _, line := range rights() {
		if line.verb == o.Verb && line.class == deed.Class {
			r = line
		}
	}
	is := a.parts(who, deed.Account)
	if o.Verb == ledger.Approve && !s.Known { // that the owner is not the actor can't be shown
		is = slices.DeleteFunc(is, func(x part) bool { return x == owner })
	}
	is = slices.DeleteFunc(is, func(x part) bool { return !slices.Contains(r.may, x) })
	switch longest := a.longest(is, deed); {
	case !r.actor && slices.Contains(s.Actors, who):
		return fmt.Sprintf("the case is about what %s did", who)
	case len(is) == 0:
		return fmt.Sprintf("to %s what is to %s takes %s, and %s is none", o.Verb, deed.Class, r.who(), who)
	case (o.Verb == ledger.Undo || o.Verb == ledger.Except) && o.Except > longest:
		return fmt.Sprintf("the same finding may stay quiet for %s at most, not for %s", longest, o.Except)
	}
	return ""
}

func (r right) who() string {
	var names []string
	for _, x := range r.may {
		names = append(names, "an "+string(x))
	}
	return strings.Join(names, " or ")
}

func (a Approval) parts(who, account string) (is []part) {
	if slices.Contains(a.Approvers, who) {
		is = append(is, approver)
	}
	if slices.Contains(a.Owners[account], who) {
		is = append(is, owner)
	}
	return is
}

// longest is how long whoever orders may keep the playbook quiet.
func (a Approval) longest(is []part, d Deed) time.Duration {
	switch {
	case d.Class == action.Contain:
		return a.Quiet.Contain
	case slices.Contains(is, approver) && a.inProduction(d):
		return a.Quiet.Production
	}
	return a.Quiet.Owner
}

// inProduction reports whether a deed is: what is not known may be.
func (a Approval) inProduction(d Deed) bool { return a.Production == nil || a.Production(d.Account) }

// AnswerTo is how long people have for an answer about a deed, and what none means.
func (p Policy) AnswerTo(d Deed) Answer {
	if p.Approval.Answer == nil {
		return Answer{}
	}
	return p.Approval.Answer(d)
}

// Persons is how many different persons have to approve a deed.
func (p Policy) Persons(deed Deed) int {
	a := p.Approval
	if len(a.Approvers) == 0 || deed.Class != action.Destroy || !a.inProduction(deed) {
		return 1
	}
	return max(a.Persons, 1)
}

// Enough reports whether those who approved a deed are enough: so many different persons, one of them an approver. Who has
// turned out to be an actor since, or has no part in it any more, does not count.
func (p Policy) Enough(by []ledger.Order, s Standing, deed Deed) bool {
	var persons []string
	one := false
	for _, o := range by {
		who := p.Approval.People.Address(o.By)
		if slices.Contains(persons, who) || slices.Contains(s.Actors, who) || len(p.Approval.parts(who, deed.Account)) == 0 {
			continue
		}
		persons = append(persons, who)
		one = one || slices.Contains(p.Approval.Approvers, who)
	}
	return one && len(persons) >= p.Persons(deed)
}
