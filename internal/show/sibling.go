package show

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Sibling is another case of the same incident: what else the actor did, as far as a playbook looked at it.
type Sibling struct {
	Case     string       `json:"case"`
	Playbook string       `json:"playbook"`
	State    ledger.State `json:"state"`
	Occurred time.Time    `json:"occurred,omitzero"`
	Call     string       `json:"call"` // RunInstances
	Title    string       `json:"title"`
	Actor    string       `json:"actor,omitempty"` // another than the case's own only where that acts for it, or it for that
}

// SiblingOf makes a case presentable beside another.
func SiblingOf(c *ledger.Case) Sibling {
	return Sibling{
		Case: c.ID, Playbook: c.Playbook, State: c.State, Occurred: c.Times.Occurred.UTC(), Call: c.Origin.Name, Title: c.Title, Actor: c.Origin.Actor.ARN,
	}
}

// mostSiblings is how many other cases of an incident are shown beside one; a list of the incident's cases shows all.
const mostSiblings = 20

// Beside adds the other cases of a case's incident, the oldest of them, and what was looked up for one of them.
func Beside(ctx context.Context, cases interface {
	Cases(context.Context, ledger.Filter) ([]*ledger.Case, error)
}, c *ledger.Case, one *Case) error {
	if c.Incident == "" {
		return nil
	}
	found, err := cases.Cases(ctx, ledger.Filter{Incident: c.Incident, Limit: mostSiblings + 1})
	if err != nil {
		return fmt.Errorf("read the incident of case %q: %w", c.ID, err)
	}
	for _, other := range found {
		if other.ID != c.ID && len(one.Siblings) < mostSiblings {
			one.Siblings = append(one.Siblings, SiblingOf(other))
		}
	}
	one.Recent = RecentOf(c, found)
	return nil
}
