package action

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Concern says how a call that could undo an effect (Kind.UndoneBy) concerns it, by what the call names. Most calls of such
// a sort are an owner's daily work on something else, and an attacker can make as many of them as AWS lets through.
type Concern int

const (
	Unconcerned Concern = iota
	Shared              // it changes what several effects stand on: a policy or a security group that was deployed beforehand
	Beside              // it names what the effect depends on (the user of a key): a reason to look
	Named               // it names the target: where a look misses the effect, this call undid it
)

// Spelled is an action whose target is named in other ways than by its id: an instance by its network interfaces.
type Spelled interface{ Spellings() []string }

// Sharing is an action that stands on policies or security groups that others of its kind stand on as well: their names or
// ids. Kind.SharedUndoneBy are the calls that change one for all that it defends.
type Sharing interface{ Shares() []string }

// Names are what a call names an action's target by, as Mentions spells it.
func Names(a Action) []string {
	ids := []string{a.Target().ID}
	if known, ok := a.(Identified); ok {
		ids = append(ids, known.Identity())
	}
	if s, ok := a.(Spelled); ok {
		ids = append(ids, s.Spellings()...)
	}
	return spelt(ids)
}

// NamesBeside are what the other resources that an action concerns are named by. A security group is none of them: anything
// may be put into it, and what changes the group itself is Shared.
func NamesBeside(a Action) []string {
	var ids []string
	for _, r := range Concerns(a)[1:] {
		if r.Type != event.SecurityGroup {
			ids = append(ids, r.ID)
		}
	}
	return spelt(ids)
}

// policies are the names of those that make an action's effect.
func policies(a Action) (own []string) {
	if s, ok := a.(Sharing); ok {
		own = append(own, s.Shares()...)
	}
	if f, ok := a.(Faceted); ok {
		own = append(own, f.Facet())
	}
	return spelt(own)
}

// Mentions are the names in the record of a call: each text of its request and its answer, and the resources that AWS
// counts to it, in lower case, whole and by their last parts: AWS takes names, ids and ARNs in the same places.
type Mentions struct {
	names    map[string]bool
	policies []string // those of the request that say which policy is meant
}

// MentionsIn reads a record. The answer counts too: of a launch template that the request calls by its name it holds the id.
func MentionsIn(e event.Event) Mentions {
	m := Mentions{names: map[string]bool{}}
	for _, text := range []json.RawMessage{e.Request, e.Response} {
		var value any
		if json.Unmarshal(text, &value) == nil { // what is no JSON names nothing
			m.read("", value)
		}
	}
	for _, r := range e.Resources {
		m.add(r.ID)
	}
	return m
}

// Names are all that is mentioned.
func (m Mentions) Names() map[string]bool { return m.names }

func (m *Mentions) read(key string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for k, inner := range v {
			m.read(strings.ToLower(k), inner)
		}
	case []any:
		for _, inner := range v {
			m.read(key, inner)
		}
	case string:
		m.add(v)
		if key == "policyarn" || key == "policyname" {
			m.policies = append(m.policies, lastPart(strings.ToLower(v)))
		}
	}
}

func (m *Mentions) add(text string) {
	for _, s := range spelt([]string{text}) {
		m.names[s] = true
	}
}

// Of says how a call concerns an action. Where it names a policy, it is about that one: of two calls about one user, one may
// be an owner's daily work on another policy of the same.
func (m Mentions) Of(a Action, made call.ID) Concern {
	own, about := policies(a), m.policies
	mine := len(about) == 0 || slices.ContainsFunc(about, func(p string) bool { return slices.Contains(own, p) })
	s, shares := a.(Sharing)
	switch {
	case !mine:
		return Unconcerned
	case m.any(Names(a)):
		return Named
	case shares && slices.Contains(a.Kind().SharedUndoneBy, made) && m.any(spelt(s.Shares())):
		return Shared
	case m.any(NamesBeside(a)):
		return Beside
	}
	return Unconcerned
}

func (m Mentions) any(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return m.names[n] })
}

// spelt are names in lower case, whole and by their last parts.
func spelt(names []string) (all []string) {
	for _, n := range names {
		n = strings.ToLower(n)
		for _, s := range []string{n, lastPart(n), n[strings.LastIndexByte(n, ':')+1:]} {
			if s != "" && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// ChangesShared reports whether a call may change what several effects stand on.
func ChangesShared(made call.ID) bool {
	return slices.Contains(policyUndoneBy(), made) || slices.Contains(rulesUndoneBy(), made)
}

// policyUndoneBy are the calls that change a deployed policy itself, for all principals that have it attached.
func policyUndoneBy() []call.ID {
	return []call.ID{call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion, call.IAMDeletePolicy}
}

// rulesUndoneBy are the calls that let traffic through a security group, for all that is in it.
func rulesUndoneBy() []call.ID {
	return []call.ID{call.EC2AuthorizeSecurityGroupIngress, call.EC2AuthorizeSecurityGroupEgress, call.EC2ModifySecurityGroupRules}
}

// Shares the deny that was deployed.
func (AttachUserDeny) Shares() []string { return []string{DenyPolicy} }

// Shares the deny that was deployed.
func (AttachRoleDeny) Shares() []string { return []string{DenyPolicy} }

// Shares the boundary that was deployed.
func (BoundUser) Shares() []string { return []string{BoundaryPolicy} }

// Shares the isolating groups with every instance that is in them.
func (a Isolate) Shares() []string { return a.Groups }

// Spellings are the interfaces: their groups are the instance's.
func (a Isolate) Spellings() []string { return a.Interfaces }
