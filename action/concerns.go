package action

import (
	"slices"

	"github.com/ripostehq/riposte/call"
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

// Of says how a call concerns an action. Where it names a policy, it is about that one: of two calls about one user, one may
// be an owner's daily work on another policy of the same.
func (m Mentions) Of(a About, made call.ID) Concern {
	own := spelt(append([]string{a.Facet}, a.Shares...))
	mine := len(m.policies) == 0 || slices.ContainsFunc(m.policies, func(p string) bool { return slices.Contains(own, p) })
	switch {
	case !mine:
		return Unconcerned
	case m.any(a.Names()):
		return Named
	case slices.Contains(a.Kind.SharedUndoneBy, made) && m.any(spelt(a.Shares)):
		return Shared
	case m.any(a.NamesBeside()):
		return Beside
	}
	return Unconcerned
}

func (m Mentions) any(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return m.names[n] })
}
