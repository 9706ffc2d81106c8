package cli

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/show"
)

// recent prints the actor's other calls.
func (sh *shell) recent(c show.Case) {
	r := c.Recent
	if r == nil {
		return
	}
	head := fmt.Sprintf("Recent calls of the actor, in %s of %s", r.Region, r.Account)
	if r.Case != "" {
		head += ", looked up for case " + r.Case
	}
	sh.line("\n%s, from %s to %s", head, r.Since.Format("2006-01-02 15:04"), r.Asked.Format("15:04 MST"))
	for _, one := range r.Calls {
		sh.line("  %s", one.Says)
	}
	if r.More > 0 {
		sh.line("  and %d more calls", r.More)
	}
	if r.Unseen != "" {
		sh.line("  there may be others: %s", r.Unseen)
	} else if len(r.Calls) == 0 {
		sh.line("  none")
	}
}

func (sh *shell) siblings(c show.Case) {
	for i, s := range c.Siblings {
		if i == 0 {
			sh.line("\nThe same incident (all of it: riposte cases --incident %s)", c.Case)
		}
		by := ""
		if s.Actor != c.Actor {
			by = ", by " + short(s.Actor)
		}
		sh.line("  %s  %s  %-10s %s: %s%s", s.Case, s.Occurred.Format(time.DateTime), s.State, s.Call, s.Title, by)
	}
}
