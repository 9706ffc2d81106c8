package playbook

import (
	"bytes"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// Persons are the callers who are people, as far as an organisation knows people. They are told by the issuers of their sessions, which a
// person has to sign in for, never by the session's name; it says whom a playbook is about, and is never a reason to trust.
type Persons struct {
	event.People
	Users bool // IAM users, too
}

// Has reports whether a person called: by a session of people.issuers, whatever it is called, as root, and as an IAM user where users are people.
func (p Persons) Has(a event.Actor) bool {
	switch a.Kind {
	case event.RootActor, event.IdentityCenterActor:
		return true
	case event.UserActor:
		return p.Users
	}
	return p.SignedIn(a)
}

// identityCenter are the roles that Identity Center makes for its permission sets, below a path that nobody else can make roles in.
// https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
const identityCenter = "arn:aws*:iam::*:role/aws-reserved/sso.amazonaws.com/*"

// Sessions are ARN patterns of the roles whose sessions may be a person's; where the organisation's people are not known, those of Identity Center. A
// session that fits one is asked for, and counts where the organisation says so.
func (p Persons) Sessions() []string {
	if len(p.Issuers) == 0 {
		return []string{identityCenter}
	}
	return p.Issuers
}

// Types are those of the userIdentity of people who need no role.
func (p Persons) Types() []string {
	if p.Users {
		return []string{"Root", "IdentityCenterUser", "IAMUser"}
	}
	return []string{"Root", "IdentityCenterUser"}
}

// Roles are texts of which one stands in the ARN of every role whose sessions may be a person's: what is fixed in the patterns.
func (p Persons) Roles() (fixed []string) {
	for _, pattern := range p.Sessions() {
		parts := strings.SplitN(pattern, ":", 6)
		fixed = append(fixed, slices.MaxFunc(strings.Split(parts[len(parts)-1], "*"), func(a, b string) int { return len(a) - len(b) }))
	}
	return fixed
}

// CallerPerson fires on changes that succeeded, made by people: in the console, at the command line, by a program that a person runs. What is called as
// reads are (Reading) is none, whatever CloudTrail marks.
func CallerPerson(users bool) Callers { return Callers{People: &Persons{Users: users}} }

// ByPerson fires on a person's calls alone.
func (c Calls) ByPerson(users bool) Calls { c.People = &Persons{Users: users}; return c }

// Reading reports whether a call is named as those that EventBridge delivers only to rules that ask for reads.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func Reading(name []byte) bool {
	return bytes.HasPrefix(name, []byte("Describe")) || bytes.HasPrefix(name, []byte("Get")) || bytes.HasPrefix(name, []byte("List"))
}

// Knowing returns the playbook as an organisation has it whose people are known: triggers by person fire on theirs. Of a playbook that
// knows none, root and Identity Center's own users are the only people.
func (d Definition) Knowing(people event.People) Definition {
	d.people = people
	d.On = d.known(d.On)
	return d
}

// known returns triggers with the people that the playbook knows.
func (d Definition) known(on []Trigger) (all []Trigger) {
	for _, t := range on {
		switch by := t.(type) {
		case Callers:
			by.People = by.People.among(d.people)
			t = by
		case Calls:
			by.People = by.People.among(d.people)
			t = by
		}
		all = append(all, t)
	}
	return all
}

func (p *Persons) among(people event.People) *Persons {
	if p == nil {
		return nil
	}
	return &Persons{People: people, Users: p.Users}
}
