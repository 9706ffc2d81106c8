package gate

import "github.com/ripostehq/riposte/action"

// approval waits for a person where the plan itself wants one, whatever the mode, and where a break-glass principal is behind it: in an emergency, what
// it opens and launches is meant. It is known by its id alone, since a name can be taken; by a decoy's key it is not the principal that called.
func approval(p Policy, f Facts) (Verdict, bool) {
	if f.Approved || f.Silent {
		return pass()
	}
	if f.Ask != "" {
		return object(Ask, "approval", f.Ask)
	}
	glass := recognize(f.Actor, p.BreakGlass)
	if glass.likeness != same || f.Class == action.Mark || p.Decoys.Has(f.Actor) {
		return pass()
	}
	return Verdict{Do: Ask, Rule: "approval", Text: "a break-glass principal did this, and may have meant it", Said: glass.Said}, true
}
