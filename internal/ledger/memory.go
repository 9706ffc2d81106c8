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
	// Count adds up the suspects that Admit has taken and that count (playbook.StoredSuspect.Weight), as Admit stored them: in
	// the same transaction, so that a copy counts as little as it joins. It looks at no more than MostCounted of them, whatever
	// an attacker did. They are kept for playbook.CountedFor.
	Count(ctx context.Context, w playbook.Window) (playbook.Count, error)
}

// MostCounted is how many suspects one count looks at.
const MostCounted = 200

// Counted is a count with one suspect more.
func Counted(n playbook.Count, weight int) playbook.Count {
	if n.Suspects == MostCounted {
		n.More = true
		return n
	}
	return playbook.Count{Suspects: n.Suspects + 1, Resources: n.Resources + weight}
}

// CountKey is what counts together.
func CountKey(playbookID, actor string) string { return plain(playbookID) + "|" + actor }
