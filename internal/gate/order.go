package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// part is what a person is to a case.
type part string

const (
	approver part = "approver"                  // approval.approvers
	owner    part = "owner"                     // of the account, by owners.accounts, or of the resource, by owners.resources
	inferred part = "owner by tag or by making" // of the resource, by a tag that says so, which any caller with the right to tag may have written, or by having made it
	asked    part = "person who was asked"
	giver    part = "giver" // of the exception that an order ends, by which the defence is only restored
)

// right is one line of the table: who may give an order about actions of a class.
type right struct {
	verb  ledger.Verb
	class action.Class
	may   []part // any of them
	actor bool   // also where the case is about what this person did
	chat  byChat // whether a chat may bring it
}

// byChat is whether an order counts that a chat brings. There whoever has the person's session, or an unlocked phone, is the person, and
// nobody has to sign in again.
type byChat int

const (
	never  byChat = iota // it takes the console, or the command line
	listed               // where Approval.Chat has the class
	always               // it changes nothing in an account and leaves nobody in who should be out, or is what a person alone knows, who is asked there
)

// rights are the table. What stands in no line nobody may. A case's actor orders nothing that helps the actor: only to let be what
// is not urgent does not, since the question goes to the owner of what was done by the owner as well. By chat nothing is taken back: the
// console shows what would change.
func rights() []right {
	return []right{
		{ledger.Approve, action.Contain, []part{approver}, false, listed},
		{ledger.Approve, action.Mend, []part{approver, owner, inferred}, false, listed},
		{ledger.Approve, action.Mark, []part{approver, owner, inferred}, false, listed},
		{ledger.Approve, action.Destroy, []part{approver, owner, inferred}, false, listed}, // in production by several persons: see Enough
		{ledger.Dismiss, action.Contain, []part{approver}, false, listed},
		{ledger.Dismiss, action.Mend, []part{approver, owner, inferred}, true, always},
		{ledger.Dismiss, action.Mark, []part{approver, owner, inferred}, true, always},
		{ledger.Dismiss, action.Destroy, []part{approver, owner, inferred}, true, always},
		{ledger.Undo, action.Contain, []part{approver}, false, never},
		{ledger.Undo, action.Mend, []part{approver, owner}, false, never},
		{ledger.Undo, action.Mark, []part{approver, owner}, false, never},
		{ledger.Undo, action.Destroy, []part{approver}, false, never},
		{ledger.Except, action.Contain, []part{approver}, false, listed},
		{ledger.Except, action.Mend, []part{approver, owner, inferred}, true, always},
		{ledger.Except, action.Mark, []part{approver, owner, inferred}, true, always},
		{ledger.Except, action.Destroy, []part{approver, owner, inferred}, true, always},
		{ledger.Mine, action.Contain, []part{asked}, true, always},
		{ledger.Mine, action.Mend, []part{asked}, true, always},
		{ledger.Mine, action.Mark, []part{asked}, true, always},
		{ledger.Mine, action.Destroy, []part{asked}, true, always},
		{ledger.NotMine, action.Contain, []part{asked, approver}, true, always}, // it harms the actor alone; what has no way back takes an approval
		{ledger.NotMine, action.Mend, []part{asked, approver}, true, always},
		{ledger.NotMine, action.Mark, []part{asked, approver}, true, always},
		{ledger.Revoke, action.Contain, []part{approver, giver}, false, never},
		{ledger.Revoke, action.Mend, []part{approver, giver}, false, never},
		{ledger.Revoke, action.Mark, []part{approver, giver}, false, never},
		{ledger.Revoke, action.Destroy, []part{approver, giver}, false, never},
	}
}

// Approval is who may give orders. Without approvers it is whoever can write the ledger, recorded as unproven.
type Approval struct {
	People     event.People
	Approvers  []string                                         // addresses
	Owners     map[string][]string                              // addresses, by account
	Owner      func(*ledger.Case) (who []string, inferred bool) // whose a case's root is, and whether a tag alone, or who made it, says so; nil: the accounts' owners alone
	MakerOwns  func(*ledger.Case) bool                          // whether who made a case's root would own it, so that the event history is asked; nil: of none
	Production func(account string) bool
	Shell      bool // the command line's orders count, by the operating system's name for who gives them
	Persons    int  // how many have to approve what is destroyed in production
	Quiet      Quiet
	Answer     func(playbook string, d Deed) Answer // how long people have; nil: for ever
	Never      func(playbook string) bool           // of which no finding is let be, beside those that never are; nil: of none
	Tells      Telling                              // what tells people of cases
	Calendar   Calendar                             // when people are at rest: what is mended or destroyed without an answer is so when they are not
	Chat       []action.Class                       // what may be approved by chat (what mends: also what only tags), and let be where it contains
}

// Telling says by what people come to know of what a case asks.
type Telling string

const (
	ByNothing Telling = ""       // nobody is told, and nobody reminded
	ByReport  Telling = "report" // whoever a case is reported to was told once it is
	ByLetter  Telling = "letter" // once a channel has accepted a letter (ledger.Message.Told): the report only has it written
)

// Quiet is how long the same finding may stay unanswered, after an undo or by an exception.
type Quiet struct {
	Contain    time.Duration // where something was contained, or would be
	Production time.Duration // else in production, by an approver
	Owner      time.Duration // else
}

// Standing is what a case says about who may give an order.
type Standing struct {
	Never    bool     // of what the case found there is no exception
	Deeds    []Deed   // that the order is about; none: nothing is planned, and it may come to be anything
	Actors   []string // addresses of the persons behind what was done
	Known    bool     // a person is known behind each actor
	Grave    string   // an open case, high or worse, about what this person did; "" none
	Wide     bool     // the order is of more than one resource
	Owners   []string // addresses of the owners of the case's root, beside those of accounts
	Inferred []string // of those who own it by a tag, or by having made it, alone
	Giver    string   // address of who gave the exception that the order ends
	Asked    []string // addresses of those whom the case asks whether it was they
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
		return "what hides traces, touches a decoy, or is of exceptions.never, has no exception"
	case answers(o.Verb) && len(s.Asked) == 0:
		return "the case asks nobody whether it was they"
	case o.Via == ledger.InSlack && len(a.Approvers) == 0: // to be in a channel is no right
		return "no order counts by chat where approval.approvers names nobody"
	case o.Via == ledger.InSlack && !o.Proven:
		return "it does not say how it is known who gives it"
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
	case s.Grave != "" && !answers(o.Verb):
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
	r := rightTo(o.Verb, deed.Class)
	is, why := a.counting(o.Verb, who, s, deed)
	switch longest := a.longest(is, deed); {
	case o.Verb == ledger.Approve && a.stale(o, deed):
		return fmt.Sprintf("what has no way back in production takes a sign-in of the last %s, and %s signed in at %s", StrongFor, who, o.Strong.UTC().Format(time.RFC3339))
	case (o.Any || s.Wide && o.Verb != ledger.Revoke) && !slices.Contains(is, approver):
		return fmt.Sprintf("to let be more than what was seen on one resource takes an approver, and %s is none", who)
	case !r.actor && slices.Contains(s.Actors, who) && !slices.Contains(is, giver):
		return fmt.Sprintf("the case is about what %s did", who)
	case len(is) == 0 && why != "":
		return why
	case len(is) == 0:
		return fmt.Sprintf("to %s what is to %s takes %s, and %s is none", o.Verb, deed.Class, r.who(), who)
	case o.Via == ledger.InSlack && a.ByChat(o.Verb, deed.Class, a.inProduction(deed)) != "":
		return a.ByChat(o.Verb, deed.Class, a.inProduction(deed))
	case (o.Verb == ledger.Undo || o.Verb == ledger.Except) && o.Except > longest:
		return fmt.Sprintf("the same finding may stay quiet for %s at most, not for %s", config.Span(longest), config.Span(o.Except))
	}
	return ""
}

// counting are the parts of a person that count for an order about a deed, and why none does that would, had it been known who did it.
func (a Approval) counting(verb ledger.Verb, who string, s Standing, deed Deed) (is []part, why string) {
	may := rightTo(verb, deed.Class).may
	for _, x := range a.parts(who, deed.Account, s) {
		switch {
		case !slices.Contains(may, x):
		case x == owner && verb == ledger.Approve && !s.Known: // that the owner is not the actor can't be shown
			why = "nobody is known behind the call, so that an owner may not approve: an approver must"
		case x == inferred && !s.Known: // who did it may have tagged it, or made it, too
			why = fmt.Sprintf("nobody is known behind the call, so that who owns it by a tag, or made it, may not %s: somebody else must, who is an approver or owns it by the configuration", verb)
		case x == inferred && slices.Contains(s.Actors, who):
			why = fmt.Sprintf("the case is about what %s did, who owns it by a tag, or by having made it, alone", who)
		default:
			is = append(is, x)
		}
	}
	return is, why
}

func rightTo(verb ledger.Verb, class action.Class) (r right) {
	for _, line := range rights() {
		if line.verb == verb && line.class == class {
			r = line
		}
	}
	return r
}

// ByChat returns why an order about actions of a class counts only where it does not come by chat, "" where it counts. Who gives it is
// another question.
func (a Approval) ByChat(verb ledger.Verb, class action.Class, production bool) string {
	as := class
	if class == action.Mark { // it is listed as what mends, as it is everywhere in the configuration
		as = action.Mend
	}
	switch r := rightTo(verb, class); {
	case r.chat == never:
		return fmt.Sprintf("to %s what is to %s takes the console", verb, class)
	case verb == ledger.Approve && class == action.Destroy && production:
		return "what is destroyed in production is approved in the console alone"
	case r.chat == listed && !slices.Contains(a.Chat, as):
		return fmt.Sprintf("to %s what is to %s takes the console: report.slack.approve does not list %s", verb, class, as)
	}
	return ""
}

func (r right) who() string {
	var names []string
	for _, x := range r.may {
		switch x {
		case inferred: // an owner all the same
		case asked:
			names = append(names, "the "+string(x))
		case giver:
			names = append(names, "who gave the exception")
		default:
			names = append(names, "an "+string(x))
		}
	}
	if len(names) == 0 {
		return "more than one order"
	}
	return strings.Join(names, " or ")
}

// answers reports whether an order answers the question whether it was the person who is asked.
func answers(v ledger.Verb) bool { return v == ledger.Mine || v == ledger.NotMine }

// parts are what a person is to a deed, and to what a case is about.
func (a Approval) parts(who, account string, s Standing) (is []part) {
	for _, x := range []struct {
		part part
		of   []string
	}{{approver, a.Approvers}, {owner, slices.Concat(a.Owners[account], s.Owners)}, {inferred, s.Inferred}, {asked, s.Asked}, {giver, []string{s.Giver}}} {
		if who != "" && slices.Contains(x.of, who) {
			is = append(is, x.part)
		}
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
	case !slices.Contains(is, approver) && !slices.Contains(is, owner) && a.inProduction(d):
		return 0
	}
	return a.Quiet.Owner
}

// inProduction reports whether a deed is: what is not known may be.
func (a Approval) inProduction(d Deed) bool { return a.Production == nil || a.Production(d.Account) }

// AnswerTo is how long people have for an answer about a deed that a playbook plans, and what none means.
func (p Policy) AnswerTo(playbook string, d Deed) Answer {
	if p.Approval.Answer == nil {
		return Answer{}
	}
	a := p.Approval.Answer(playbook, d)
	if d.Class != action.Contain {
		a.Calendar = p.Approval.Calendar
	}
	return a
}

// AnswerAbout is AnswerTo for one rung of a case's plan: where the plan itself asks a person, or who did it may have meant it, silence may count for less.
func (p Policy) AnswerAbout(c *ledger.Case, suspect string, r action.Rung) Answer {
	deed := DeedOf(r.Do)
	a := p.AnswerTo(c.Playbook, deed)
	if a.Doubt == nil {
		return a
	}
	meant := slices.ContainsFunc(c.Suspects, func(s ledger.Suspect) bool {
		_, is := p.emergency(s.Origin.Actor, deed.Class)
		return is && s.Key == suspect
	})
	if r.Ask == "" && !meant {
		return a
	}
	doubt := *a.Doubt
	doubt.Calendar = a.Calendar
	return doubt
}

// StrongFor is how long a sign-in counts for what has no way back, in production, where the way that brings an order tells when it was.
const StrongFor = 5 * time.Minute

// stale reports whether who orders signed in too long ago for a deed.
func (a Approval) stale(o ledger.Order, d Deed) bool {
	return d.Class == action.Destroy && a.inProduction(d) && !o.Strong.IsZero() && o.At.Sub(o.Strong).Abs() > StrongFor
}

// Persons is how many different persons have to approve a deed.
func (p Policy) Persons(deed Deed) int {
	a := p.Approval
	if len(a.Approvers) == 0 || deed.Class != action.Destroy || !a.inProduction(deed) {
		return 1
	}
	return max(a.Persons, 1)
}

// counts reports whether a person's yes to a deed counts: an owner's only while it can be shown that they are not the actor.
func (a Approval) counts(who string, deed Deed, s Standing) bool {
	return slices.ContainsFunc(a.parts(who, deed.Account, s), func(x part) bool { return x == approver || x != asked && x != giver && s.Known })
}

// Enough reports whether those who approved a deed are enough: so many different persons, one of them an approver. Who has
// turned out to be an actor since, or has no part in it any more, does not count.
func (p Policy) Enough(by []ledger.Order, s Standing, deed Deed) bool {
	var persons, subjects []string
	one := false
	for _, o := range by {
		who := p.Approval.People.Address(o.By)
		if slices.Contains(persons, who) || o.Subject != "" && slices.Contains(subjects, o.Subject) || // one human, however many addresses
			slices.Contains(s.Actors, who) || !p.Approval.counts(who, deed, s) {
			continue
		}
		persons, subjects = append(persons, who), append(subjects, o.Subject)
		one = one || slices.Contains(p.Approval.Approvers, who)
	}
	return one && len(persons) >= p.Persons(deed)
}
