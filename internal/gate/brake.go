package gate

import (
	"fmt"
	"slices"
	"strings"
)

// brake stops every change, the revert included, while a person holds it.
func brake(p Policy, f Facts) (Verdict, bool) {
	for _, b := range f.Brakes {
		kind, name, _ := strings.Cut(b.Scope, ":")
		stops := true // "all", and whatever a newer riposte may have meant: a brake that is not understood stops
		switch kind {
		case "account":
			stops = name == f.Target.Account
		case "playbook":
			stops = name == f.Playbook
		case "class":
			stops = name == string(f.Class)
		case "region":
			stops = name == f.Target.Region // what is in no region is in none that is halted
		case ofSurge:
			stops = false // the rule of that name
		case "ou":
			stops = within(p, f.Target.Account, name)
		}
		if stops {
			return object(Hold, "brake", fmt.Sprintf("%s halted by %s", b.Scope, b.By))
		}
	}
	return pass()
}

// within reports whether an account may be in a unit. A list of units that does not reach up to a root lacks some: what is not known to be outside is inside.
func within(p Policy, account, unit string) bool {
	if p.Units == nil {
		return true
	}
	units := p.Units(account)
	whole := slices.ContainsFunc(units, func(u string) bool { return strings.HasPrefix(u, "r-") })
	return !whole || slices.Contains(units, unit)
}
