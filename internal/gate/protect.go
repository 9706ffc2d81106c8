package gate

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// protect objects to a change of what the configuration calls untouchable, of riposte's own roles, AWS's own principals, and
// break-glass principals: these are never contained, and people are always told. An actor that has the ARN of one, and is
// known not to be it, is contained like any other. Accounts outside the organisation are not entered at all: there a role of
// riposte's name is a trap.
func protect(p Policy, f Facts) (Verdict, bool) {
	// People must be told: a principal has its ARN for as long as no other takes it, and what it does goes on.
	const spared = "a principal is not contained, since its ARN is untouchable"
	identity := event.IsIdentity(f.Target.Type)
	if i := p.untouchable(f.Target); i >= 0 {
		v := Verdict{Do: Hold, Rule: "protect", Text: f.Target.String() + " is untouchable", Said: fmt.Sprintf("untouchable[%d]", i)}
		if identity {
			v.Page = spared
		}
		return v, true
	}
	if p.foreign(f.Target.Account) {
		const text = "what is to be changed is in account %q, which is none of the organisation's: riposte enters no other"
		page := "a principal of another organisation did this"
		return Verdict{Do: Hold, Rule: "protect", Text: fmt.Sprintf(text, f.Target.Account), Page: page, Said: "organization.accounts"}, true
	}
	glass := recognize(f.Actor, p.BreakGlass)
	page := glass.doubt("break-glass principal")
	switch glass.likeness {
	case same:
		page = "a break-glass principal did this"
	case byName:
		page = "a break-glass principal did this; " + page
	}
	if !identity {
		return Verdict{Page: page}, false
	}
	caller := f.Actor.Principal()
	target := slices.IndexFunc(p.BreakGlass, func(x Principal) bool { return x.ARN == f.Target.String() })
	called := slices.Index(p.Untouchable, caller)
	switch {
	case glass.likeness == byName || glass.likeness == same:
		return Verdict{Do: Hold, Rule: "protect", Text: caller + " is a break-glass principal", Page: page, Said: glass.Said}, true
	case target >= 0 && !(glass.likeness == namesake && glass.ARN == f.Target.String()):
		const used = "what a break-glass principal has was used"
		return Verdict{Do: Hold, Rule: "protect", Text: f.Target.String() + " is a break-glass principal", Page: used, Said: p.BreakGlass[target].Said}, true
	case called >= 0:
		return Verdict{Do: Hold, Rule: "protect", Text: caller + " is untouchable", Page: cmp.Or(page, spared), Said: fmt.Sprintf("untouchable[%d]", called)}, true
	case own(p, f):
		return Verdict{Do: Hold, Rule: "protect", Text: "riposte does not contain itself", Page: "riposte's own role did this", Said: "organization.roles"}, true
	case ofAWS(f):
		return object(Hold, "protect", f.Target.String()+" is AWS's own")
	}
	return Verdict{Page: page}, false
}

// untouchable returns which entry names a resource, -1 for none. It compares ARNs. That of a group holds an id that no record shows: its place and its name tell it.
func (p Policy) untouchable(r event.Resource) int {
	return slices.IndexFunc(p.Untouchable, func(arn string) bool {
		if r.Type != event.Group {
			return arn == r.String()
		}
		place, name, ok := strings.Cut(arn, ":autoScalingGroup:")
		_, name, named := strings.Cut(name, ":autoScalingGroupName/")
		return ok && named && name == r.ID && place == "arn:"+r.Partition+":autoscaling:"+r.Region+":"+r.Account
	})
}

// ofAWS reports whether the target is a principal of AWS's: a role below the path that AWS alone can use, or what a service called with. A role of the
// customer's is none because a service called: a group launches, and the role of its instances is what is to be changed. A role's name is its account's
// alone, whatever the path.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create.html
func ofAWS(f Facts) bool {
	r, by := f.Target, f.Actor
	switch {
	case r.Type == event.Role && strings.HasPrefix(strings.TrimPrefix(r.ID, "/"), "aws-service-role/"):
		return true
	case !by.ByAWS():
		return false
	case r.Type != event.Role:
		return true
	}
	return path.Base(r.ID) == path.Base(by.IssuerName())
}

// own reports whether riposte itself is the actor, or the target, which is one of its roles or a session of one. Only the role's
// place in the id counts: a session's name is its caller's choice. A role that only has the name is contained like any other,
// by a step against itself.
func own(p Policy, f Facts) bool {
	if p.Own(f.Actor) && !f.Namesake {
		return true
	}
	r := f.Target
	return !p.foreign(r.Account) && slices.ContainsFunc(p.Roles, func(role string) bool {
		id, role := strings.TrimPrefix(r.ID, "/"), strings.TrimPrefix(role, "/")
		if f.Namesake && r.Account == f.Actor.Account && f.Actor.IssuerName() == "role/"+role {
			return false
		}
		return r.Type == event.Role && id == role || r.Type == event.Session && strings.HasPrefix(id, role+"/")
	})
}
