package ledger

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Memory keeps what records showed, beside the cases. It is no part of the chains: CloudTrail has the same, and a case that
// relies on an observation notes it.
type Memory interface {
	// Remember stores observations; one that is known already stays as it is.
	Remember(ctx context.Context, seen []playbook.Observation) error
	// Recall is the latest observation that counts before a moment (see playbook.Observation.Counts), nil where there is none.
	Recall(ctx context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error)
}
