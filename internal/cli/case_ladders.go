package cli

import (
	"fmt"

	"github.com/ripostehq/riposte/internal/show"
)

// ladders prints what would be done, rung by rung, and how to let it go. An approval is of what is printed here.
func (sh *shell) ladders(c show.Case) error {
	for i, l := range c.Ladders {
		if i == 0 || l.Revision != c.Ladders[i-1].Revision {
			if err := sh.line("\nPlan %d", l.Revision); err != nil {
				return err
			}
		}
		if err := sh.ladder(l); err != nil {
			return err
		}
	}
	if c.Shown == "" {
		return nil
	}
	return sh.line("\nTo let go what asks: riposte approve %s --as %s\nTo let it be: riposte dismiss %s", c.Case, c.Shown, c.Case)
}

func (sh *shell) ladder(l show.Ladder) error {
	head := fmt.Sprintf("  %d.", l.Step)
	if l.Asks != "" {
		head += " asks: " + l.Asks
	}
	if err := sh.line("%s", head); err != nil {
		return err
	}
	for _, r := range l.Rungs {
		if err := sh.line("     %s %s: %s%s", mark(r), r.Kind, r.Hits, needs(r)); err != nil {
			return err
		}
		if r.Ask == "" {
			continue
		}
		if err := sh.line("       asks: %s", r.Ask); err != nil {
			return err
		}
	}
	return nil
}

// mark points at the rung that the step stands at.
func mark(r show.Rung) string {
	if r.Stands {
		return ">"
	}
	return " "
}

func needs(r show.Rung) string {
	if r.Granted {
		return fmt.Sprintf(" (%s)", r.Tier)
	}
	return fmt.Sprintf(" (%s, which is not granted: the next rung is taken)", r.Tier)
}
