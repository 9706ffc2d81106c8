package app

import (
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
)

// Month is how long is let be of what a person says nothing else, where they may.
const Month = 31 * 24 * time.Hour

// LetBe is how long the person of an order who says nothing else lets be what a case found: so long, or what they may at most.
func LetBe(c *config.Config, codec action.Codec, of *ledger.Case, o ledger.Order, usual time.Duration) (time.Duration, error) {
	p := gate.Policy{Approval: approval(c)}
	s, err := p.Standing(of, o, codec.Open)
	if err != nil {
		return 0, fmt.Errorf("case %s: %w", of.ID, err)
	}
	if most := p.Longest(o, s); most > 0 {
		return min(usual, most), nil
	}
	return usual, nil // which is refused, and the refusal says why
}

// Concerns reports whether a case is one that a person may see whom the configuration does not name: those whom its letters lead to it. It asks
// them whether it was they, or did; or it is about what they own by a tag, and is not about containing: whatever they may order is another question.
func Concerns(c *config.Config, codec action.Codec, of *ledger.Case, who string) (bool, error) {
	o := owner.OfCase(c, of)
	owns := o.Inferred() && slices.Contains(o.People, who)
	changes, contains, mendAsks, containAsks := false, false, false, false
	for _, r := range of.Revisions {
		plan, err := codec.Open(r.Plan)
		if err != nil {
			return false, fmt.Errorf("case %s: %w", of.ID, err)
		}
		for i, step := range plan.Steps[:min(len(plan.Steps), len(r.Steps))] {
			at := r.Steps[i]
			put := at.Asks() || at.Told != nil || at.Mine != nil
			if put && of.Whom(c.People, ledger.Ask{Revision: r.Number, Step: i, Rung: at.Rung}, step) == who {
				return true, nil
			}
			if r.Superseded != 0 || len(step.Ladder) == 0 {
				continue
			}
			deed := gate.DeedOf(step.Ladder[min(max(at.Rung, 0), len(step.Ladder)-1)].Do)
			changes = true
			contains = contains || deed.Class == action.Contain
			mendAsks = mendAsks || at.Asks() && deed.Class != action.Contain
			containAsks = containAsks || at.Asks() && deed.Class == action.Contain
		}
	}
	return owns && changes && (!contains || mendAsks && !containAsks), nil
}
