package gate

import (
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// approval waits for a person where the plan itself wants one, whatever the mode, and where a break-glass principal is behind it: in an emergency, what
// it opens and launches is meant. It is known by its id alone, since a name can be taken; by a decoy's key it is not the principal that called.
func approval(p Policy, f Facts) (Verdict, bool) {
	if f.Approved || f.Silent {
		return pass()
	}
	if f.Ask != "" {
		return object(Ask, "approval", f.Ask)
	}
	if said, is := p.emergency(f.Actor, f.Class); is {
		return Verdict{Do: Ask, Rule: "approval", Text: "a break-glass principal did this, and may have meant it", Said: said}, true
	}
	return pass()
}

// emergency reports whether a break-glass principal may have meant what a change would undo, and where the configuration names it.
func (p Policy) emergency(actor event.Actor, class action.Class) (said string, is bool) {
	glass := recognize(actor, p.BreakGlass)
	return glass.Said, glass.likeness == same && class != action.Mark && !p.Decoys.Has(actor)
}
