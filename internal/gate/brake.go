package gate

import (
	"fmt"
	"strings"
)

// brake stops every change, the revert included, while a person holds it.
func brake(_ Policy, f Facts) (Verdict, bool) {
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
		}
		if stops {
			return object(Hold, "brake", fmt.Sprintf("%s halted by %s", b.Scope, b.By))
		}
	}
	return pass()
}
