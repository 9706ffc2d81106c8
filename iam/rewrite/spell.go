package rewrite

import (
	"slices"
	"strings"
)

// speller writes actions that are kept as briefly as it may: "prefix*" stands where it matches exactly kept actions and an original
// pattern covers it, so that it gives nothing tomorrow that the old text did not give.
type speller struct {
	s    statement
	of   Catalogue
	left map[string]bool // actions in lower case
}

func (p speller) isLeft(action string) bool { return p.left[strings.ToLower(action)] }

// spell writes those of the actions that are not left out; they are in the catalogue's order.
func (p speller) spell(actions []string) (out []string) {
	keep := map[string]bool{}
	for _, a := range actions {
		if !p.isLeft(a) {
			keep[a] = true
		}
	}
	for i, n := 0, 1; i < len(actions); i, n = i+n, 1 {
		if keep[actions[i]] {
			var pattern string
			pattern, n = p.shortest(actions[i], keep)
			out = append(out, pattern)
		}
	}
	return out
}

// shortest is the shortest pattern for an action and those after it, and how many it matches: the action itself where there is none.
func (p speller) shortest(action string, keep map[string]bool) (pattern string, n int) {
	service, _, _ := strings.Cut(action, ":")
	for end := len(service) + 1; end < len(action); end++ {
		prefix := action[:end]
		same := p.of.beginning(prefix)
		if len(same) > 1 && same[0] == action && p.wide(prefix+"*") && !slices.ContainsFunc(same, func(a string) bool { return !keep[a] }) {
			return prefix + "*", len(same)
		}
	}
	return action, 1
}

// wide reports whether the statement covers all that a pattern will ever match.
func (p speller) wide(pattern string) bool {
	if len(p.s.NotAction) > 0 { // no exception may reach into the pattern
		return !slices.ContainsFunc(p.s.NotAction, func(not string) bool { return meet(not, pattern) })
	}
	return slices.ContainsFunc(p.s.Action, func(old string) bool { return contains(old, pattern) })
}
