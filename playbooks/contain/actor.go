// Package contain plans how a principal is stopped, for every playbook that has one to stop.
package contain

import (
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// Actor is what containing a principal needs of it: small, free of secrets, fit to be a fact.
type Actor struct {
	Kind     event.ActorKind
	ARN      string
	Place    event.Place    // of the principal, without region
	Holder   event.Resource // the user, or the role behind the session; its ID is "" where neither can be named
	Key      string         `json:",omitempty"` // id of the long-lived access key that signed
	UserID   string         `json:",omitempty"` // of a role session: ROLEID:SESSION; of a user: AIDA..., which no other user ever has
	Session  string         `json:",omitempty"` // of a role session: ROLE/SESSION
	Instance string         `json:",omitempty"` // whose credentials these are
	Seen     time.Time      // when it was seen to act
	// Of a session: who opened it and can open it again, as far as records showed (Traced).
	Upstream *Actor `json:",omitempty"`
}

// ActorOf keeps what matters of an event's actor.
func ActorOf(a event.Actor, at time.Time) Actor {
	out := Actor{
		Kind: a.Kind, ARN: a.ARN, Place: event.Place{Partition: a.Partition, Account: a.Account}, Instance: a.Instance, Seen: at.UTC(),
	}
	switch a.Kind {
	case event.UserActor:
		out.Holder = out.Place.In(event.User, named(a.ARN, ":user/", a.UserName))
		out.UserID = userID(a.PrincipalID)
		if strings.HasPrefix(a.AccessKey, "AKIA") { // temporary ones (ASIA) can't be switched off, the user is denied
			out.Key = a.AccessKey
		}
	case event.FederatedActor: // GetFederationToken: the session has no more than its user, and is denied with it
		if id := named(a.Issuer, ":user/", ""); id != "" {
			out.Holder, out.UserID = out.Place.In(event.User, id), userID(a.IssuerID)
		}
	case event.RoleActor:
		out.Holder = out.Place.In(event.Role, named(a.Issuer, ":role/", ""))
		out.UserID, out.Session = a.PrincipalID, named(a.ARN, ":assumed-role/", "")
	}
	return out
}

// userID leaves out what is not the id of a user: it could not be compared with one.
func userID(id string) string {
	if strings.HasPrefix(id, "AIDA") {
		return id
	}
	return ""
}

// named is what follows a mark in an ARN: path and name.
func named(arn, mark, otherwise string) string {
	if _, id, ok := strings.Cut(arn, mark); ok && id != "" {
		return id
	}
	return otherwise
}

// Root is the principal as a root of containment: the user, the one session, else the account, in which somebody else
// than riposte must act.
func (a Actor) Root() event.Resource {
	switch {
	case a.ofUser() && a.Holder.ID != "":
		return a.Holder
	case a.Kind == event.RoleActor && a.Session != "":
		return a.Place.In(event.Session, a.Session)
	}
	return a.Place.In(event.Account, a.Place.Account)
}

// ofUser: an IAM user, by whatever key or session of its own.
func (a Actor) ofUser() bool {
	return a.Kind == event.UserActor || a.Kind == event.FederatedActor && a.Holder.Type == event.User
}

// margin is for sessions opened while the record was on its way and lower rungs were tried.
const margin = 10 * time.Minute

// Steps stop the principal: what a user or a session can do is denied, weakest rung first. There are none where riposte
// has no rung; Others says who has. Who opened the session is stopped if a person wants it: a pipeline that assumes a role for
// others may be among them.
func (a Actor) Steps(scope action.Scope, caseID string) []action.Step {
	return append(a.own(scope, caseID), a.openers(scope, caseID)...)
}

// openers are the steps against who opened the session, and who opened theirs.
func (a Actor) openers(scope action.Scope, caseID string) (steps []action.Step) {
	if a.Upstream == nil {
		return nil
	}
	for _, step := range a.Upstream.Steps(scope, caseID) {
		step = step.Asking("it opened the session, and can open it again")
		for i, r := range step.Ladder { // a yes to denying the one session is none to ending others'
			if r.Do.About().Kind.Name == (action.RevokeSessions{}).About().Kind.Name {
				step.Ladder[i].Ask += "; this ends every older session of its role"
			}
		}
		steps = append(steps, step)
	}
	return steps
}

func (a Actor) own(scope action.Scope, caseID string) (steps []action.Step) {
	if a.Others() != "" {
		return nil
	}

	// The one session, then all that are older, then, if a person wants it, the role.
	if !a.ofUser() {
		step := action.Try(action.DenySession{Role: a.Holder, UserID: a.UserID, Case: caseID, Scope: scope}).
			Else(action.RevokeSessions{Role: a.Holder, UserID: a.UserID, Before: a.Seen.Add(margin), Case: caseID, Scope: scope}).
			ElseAsk(action.AttachRoleDeny{Role: a.Holder}, "it stops everybody who uses the role")
		if a.Instance != "" {
			step = step.Asking("the instance's own work stops with its session")
		}
		return []action.Step{step}
	}

	// Key and user are two steps, not one ladder: without the key that was used, a second key or a session would go on, and a
	// denied user whose key works goes on where the deny has not arrived.
	if a.Key != "" {
		steps = append(steps, action.Try(action.DeactivateKey{User: a.Holder, Key: a.Key, UserID: a.UserID}))
	}
	attach, deny, bound := action.AttachUserDeny{User: a.Holder, UserID: a.UserID},
		action.DenyUser{User: a.Holder, UserID: a.UserID, Case: caseID, Scope: scope}, action.BoundUser{User: a.Holder, UserID: a.UserID}
	if scope == action.Destructive {
		const why = "it denies everything, not only what destroys"
		return append(steps, action.Try(deny).ElseAsk(attach, why).ElseAsk(bound, why))
	}
	return append(steps, action.Try(attach).Else(deny).Else(bound))
}

// Others says who must act because riposte can't, "" where riposte can.
func (a Actor) Others() string {
	switch a.Kind {
	case event.UserActor:
		if a.Holder.ID != "" {
			return ""
		}
		return "the user is not named: whoever administers the account must act"
	case event.RoleActor:
		switch {
		case strings.HasPrefix(a.Holder.ID, "aws-service-role/"):
			return "an AWS service is never contained"
		case strings.HasPrefix(a.Holder.ID, "aws-reserved/"):
			return "a role of Identity Center can't be edited: whoever administers it must end the person's sessions"
		case a.Holder.ID == "" || a.UserID == "":
			return "the role behind the session is not named: whoever administers the account must act"
		}
		return ""
	case event.RootActor:
		return "the account's root user can't be denied from inside: whoever administers the organisation must act"
	case event.FederatedActor:
		if a.ofUser() {
			return ""
		}
		return "the session came through an identity provider: whoever administers it must disable the identity"
	case event.IdentityCenterActor:
		return "whoever administers Identity Center must disable the user and end the sessions"
	case event.ServiceActor:
		return "an AWS service is never contained"
	}
	return "the caller is not known well enough to be denied: whoever administers the account must act"
}

// Changes are the kinds that Steps may use.
func Changes() []action.Kind {
	return []action.Kind{
		action.DeactivateKey{}.About().Kind, action.AttachUserDeny{}.About().Kind, action.DenyUser{}.About().Kind, action.BoundUser{}.About().Kind,
		action.DenySession{}.About().Kind, action.RevokeSessions{}.About().Kind, action.AttachRoleDeny{}.About().Kind,
	}
}
