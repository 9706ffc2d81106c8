package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// protect keeps from harm: what the configuration calls untouchable, riposte's own roles, AWS's own principals, and those
// who must always get in. Break-glass principals are never contained, and people are always told. Other people's accounts
// are not entered at all: there a role of riposte's name is a trap.
func protect(p Policy, f Facts) (Verdict, bool) {
	if p.untouchable(f.Target) {
		return object(Hold, "protect", f.Target.String()+" is untouchable")
	}
	if p.foreign(f.Target.Account) {
		const text = "what is to be changed is in account %q, which is none of the organisation's: riposte enters no other"
		return Verdict{Do: Hold, Rule: "protect", Text: fmt.Sprintf(text, f.Target.Account), Page: "somebody of another organisation did this"}, true
	}
	who := f.Actor.Principal()
	if !strings.HasPrefix(f.Target.Type, "iam:") {
		if slices.Contains(p.BreakGlass, who) {
			return Verdict{Page: "a break-glass principal did this"}, false
		}
		return pass()
	}
	switch {
	case slices.Contains(p.BreakGlass, who) || slices.Contains(p.BreakGlass, f.Target.String()):
		return Verdict{Do: Hold, Rule: "protect", Text: who + " is a break-glass principal", Page: "a break-glass principal did this"}, true
	case slices.Contains(p.Untouchable, who):
		return object(Hold, "protect", who+" is untouchable")
	case p.Own(f.Actor) || own(p, f.Target):
		return Verdict{Do: Hold, Rule: "protect", Text: "riposte does not contain itself", Page: "riposte's own role did this"}, true
	case f.Actor.ByAWS():
		return object(Hold, "protect", "AWS itself called")
	}
	return pass()
}

// untouchable compares ARNs. That of a group holds an id that no record shows: its place and its name tell it.
func (p Policy) untouchable(r event.Resource) bool {
	return slices.ContainsFunc(p.Untouchable, func(arn string) bool {
		if r.Type != event.Group {
			return arn == r.String()
		}
		place, name, ok := strings.Cut(arn, ":autoScalingGroup:")
		_, name, named := strings.Cut(name, ":autoScalingGroupName/")
		return ok && named && name == r.ID && place == "arn:"+r.Partition+":autoscaling:"+r.Region+":"+r.Account
	})
}

// own reports whether the target is one of riposte's roles or a session of one. Only the role's place in the id counts:
// a session's name is its caller's choice.
func own(p Policy, r event.Resource) bool {
	return !p.foreign(r.Account) && slices.ContainsFunc(p.Roles, func(role string) bool {
		id := strings.TrimPrefix(r.ID, "/")
		return r.Type == event.Role && id == role || r.Type == event.Session && strings.HasPrefix(id, role+"/")
	})
}
