package show

import (
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
