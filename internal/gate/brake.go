package gate

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// brake stops every change, the taking back included, while a person holds it.
func brake(_ Policy, f Facts) (Verdict, bool) {
	for _, b := range f.Brakes {
		if stops(b, f) {
			return object(Hold, "brake", fmt.Sprintf("%s halted by %s", b.Scope, b.By))
		}
	}
	return pass()
}

func stops(b ledger.Brake, f Facts) bool {
	kind, name, _ := strings.Cut(b.Scope, ":")
	switch kind {
	case "account":
		return name == f.Target.Account
	case "playbook":
		return name == f.Playbook
	case "class":
		return name == string(f.Class)
	}
	return true // "all", and whatever a newer riposte may have meant: a brake that is not understood stops
}
