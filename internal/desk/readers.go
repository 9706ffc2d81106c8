package desk

import (
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// A letter offers what whoever reads it may order. Whether they may is decided again when they do.

// standing is who may answer a case that asks, by verb; empty where a plan is a newer riposte's.
func (d *Desk) standing(c *ledger.Case, open func(action.Sealed) (action.Plan, error), asks bool) map[ledger.Verb]gate.Standing {
	out := map[ledger.Verb]gate.Standing{}
	if !asks {
		return out
	}
	for _, verb := range []ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Except} {
		s, err := d.Policy.Standing(c, ledger.Order{Verb: verb}, open)
		if err != nil {
			return map[ledger.Verb]gate.Standing{}
		}
		out[verb] = s
	}
	return out
}

// ownersOf are the addresses of those who own what a case is about, by its name, a tag or its account.
func (d *Desk) ownersOf(v view) []string {
	s := v.standing[ledger.Approve]
	all := slices.Concat(s.Owners, s.Inferred)
	for _, q := range v.asks {
		all = append(all, d.Policy.Approval.Owners[q.deed.Account]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readers are those who read a letter, by address: the person, or a group's members; of a place whose members nobody names, whoever has a word.
func (d *Desk) readers(v view, to string) []string {
	name, isGroup := strings.CutPrefix(to, group)
	switch members := d.People.Groups[name].Members; {
	case isGroup && len(members) > 0:
		return members
	case strings.Contains(to, "@"):
		return []string{to}
	}
	if all := slices.Concat(d.Policy.Approval.Approvers, d.ownersOf(v)); len(all) > 0 {
		return all
	}
	return []string{""} // no approvers are named: whoever it is
}

// refused is why none of several people may give an order about a case, "" where one of them may.
func (d *Desk) refused(verb ledger.Verb, v view, readers []string) (why string) {
	s, is := v.standing[verb]
	if !is {
		return "its plan is a newer riposte's"
	}
	for _, who := range readers {
		if why = d.Policy.MayOrder(ledger.Order{Verb: verb, By: who, Proven: true}, s); why == "" {
			return ""
		}
	}
	return why
}

// longest is how long each of several people who may let what a case found be may do so: the shortest; 0 where none may.
func (d *Desk) longest(v view, readers []string) (least time.Duration) {
	s, is := v.standing[ledger.Except]
	if !is {
		return 0
	}
	for _, who := range readers {
		if l := d.Policy.Longest(ledger.Order{Verb: ledger.Except, By: who, Proven: true}, s); l > 0 && (least == 0 || l < least) {
			least = l
		}
	}
	return least
}
