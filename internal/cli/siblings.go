package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// mostSiblings is how many other cases of an incident are shown beside one; riposte cases --incident shows all.
const mostSiblings = 20

// siblings are the other cases of a case's incident, the oldest of them.
func (r record) siblings(ctx context.Context, c *ledger.Case) (out []show.Sibling, err error) {
	if c.Incident == "" {
		return nil, nil
	}
	found, err := r.Cases(ctx, ledger.Filter{Incident: c.Incident, Limit: mostSiblings + 1})
	if err != nil {
		return nil, fmt.Errorf("read the incident of case %q: %w", c.ID, err)
	}
	for _, other := range found {
		if other.ID != c.ID && len(out) < mostSiblings {
			out = append(out, show.SiblingOf(other))
		}
	}
	return out, nil
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
