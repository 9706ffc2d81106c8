package action

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Names are what a call names the target by, as Mentions spells it.
func (a About) Names() []string {
	return spelt(append([]string{a.Target.ID, a.Identity}, a.Spellings...))
}

// NamesBeside are what the other resources that the action concerns are named by. A security group is none of them: anything
// may be put into it, and what changes the group itself is Shared.
func (a About) NamesBeside() []string {
	var ids []string
	for _, r := range a.Concerns {
		if r.Type != event.SecurityGroup {
			ids = append(ids, r.ID)
		}
	}
	return spelt(ids)
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
