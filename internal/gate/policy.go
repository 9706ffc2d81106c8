package gate

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// Policy is what the configuration says.
type Policy struct {
	// Mode is the mode of a playbook in an account for a class of action, and where that is said.
	Mode func(playbook, account string, class action.Class) (Decision, string)
	// Foreign says that an account is known not to belong to the organisation; nil: none is.
	Foreign func(account string) bool
	// Units are the organisational units that an account is in, as far as they are known: all of them where a root is among them. Nil: they are known of none.
	Units       func(account string) []string
	Roles       []string // riposte's own roles, by name (with path, where they have one), in the organisation's accounts
	Regions     []string // where more than observing is done; none: everywhere
	Untouchable []string // exact ARNs
	BreakGlass  []Principal
	Trusted     []Trust
	Decoys      playbook.Decoys
	Limits      Limits
	Approval    Approval // who may give orders
	// Code is what a playbook does about what code makes; nil: nothing by API.
	Code func(playbook string) config.InCode
}

// Trust is automation that may do what a playbook looks for: the role behind its sessions, since the name of a session is
// its caller's choice.
type Trust struct {
	Issuer    Principal
	Playbooks []string // ids, or themes as "launch.*"
}

// Limits are the most incidents in an hour; 0 means no limit.
type Limits struct {
	Incidents int // per playbook, per account and for the organisation
	Destroy   int // incidents in which something is destroyed
	Sweep     SweepLimits
}

// SweepLimits are the most resources that are changed within 24 hours by what sweeps find, apart from those of attacks; 0 means no limit.
type SweepLimits struct {
	Playbook, Account, Organisation int
	Share                           int // percent of what was listed of a type in an account; at least one
}

// trusted returns how surely this actor is one that may do what the playbook finds. An actor that hides traces, touches a decoy or
// calls by one is never trusted automation: a key of the automation's own user may be laid out as well.
func (p Policy) trusted(id string, a event.Actor) recognition {
	if neverLetBe(id) || a.Issuer == "" && a.Kind != event.UserActor || p.Decoys.Has(a) {
		return recognition{}
	}
	var may []Principal
	for _, t := range p.Trusted {
		if t.covers(id) {
			may = append(may, t.Issuer)
		}
	}
	return recognize(a, may)
}

// Trusts reports whether an actor is, beyond doubt, automation that may do what the playbook finds.
func (p Policy) Trusts(playbook string, a event.Actor) bool {
	return p.trusted(playbook, a).likeness == same
}

// neverLetBe: a caller that hides traces or touches a decoy is answered, whichever it is.
func neverLetBe(playbook string) bool {
	return strings.HasPrefix(playbook, "evasion.") || playbook == "identity.decoy-used"
}

func (t Trust) covers(id string) bool {
	return slices.ContainsFunc(t.Playbooks, func(pattern string) bool { return playbook.Covers(pattern, id) })
}

// MayUndo reports whether this actor's undoing of a containment ends it instead of calling for the next rung: break-glass
// principals alone. Trusted automation may have been stolen; all others take back with riposte undo. If it is not sure that
// this is a break-glass principal, page says why people must be told. The caller sees to it that it is not the contained
// actor itself.
func (p Policy) MayUndo(a event.Actor) (may bool, page string) {
	if p.Decoys.Has(a) {
		return false, "a decoy's credentials undid it"
	}
	r := recognize(a, p.BreakGlass)
	return r.vouched(), r.doubt("break-glass principal")
}

// Own reports whether the actor is one of riposte's roles, which is not yet to say that riposte called. A role that is
// called so in an account outside the organisation is none of riposte's.
func (p Policy) Own(a event.Actor) bool {
	return !p.foreign(a.Account) && slices.ContainsFunc(p.Roles, func(role string) bool { return a.IssuerName() == "role/"+strings.TrimPrefix(role, "/") })
}

func (p Policy) foreign(account string) bool { return p.Foreign != nil && p.Foreign(account) }

// never reports whether nothing that a playbook finds is let be by an exception: of what is never let be, and of exceptions.never.
func (p Policy) never(playbook string) bool {
	return neverLetBe(playbook) || p.Approval.Never != nil && p.Approval.Never(playbook)
}
