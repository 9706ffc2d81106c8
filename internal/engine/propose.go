package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	proposedEvery = time.Hour           // between two looks at what became of a proposal
	declinedFor   = 30 * 24 * time.Hour // how long a finding is let be whose proposal was closed
	mostProposals = 24                  // tries, where the case itself has nothing left to do
)

// Proposer proposes a change of the code that makes what a case is about, or says what became of what it proposed. Proposing twice is proposing once: the
// engine may die between the proposal and its commit. An error says why nothing is proposed; one with Later, when to ask again.
type Proposer interface {
	Propose(ctx context.Context, c *ledger.Case) (ledger.Proposal, error)
}

// Later is an error after which nothing is asked for a while.
type Later interface{ Later() time.Duration }

// proposer has what code makes mended there. Nothing waits for it and nothing fails by it.
type proposer struct {
	to     Proposer // nil: nothing is proposed
	policy gate.Policy
}

// look proposes, and looks once an hour what became of it. What is closed and not merged is a no: the finding is let be for a month.
func (pr *proposer) look(ctx context.Context, t *attempt) error {
	if !pr.wanted(t) || t.c.Proposed != nil && t.c.Proposed.Due.After(t.Now()) || t.late() {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, t.Timing.Call)
	defer cancel()
	made, err := pr.to.Propose(limited, t.c)
	was := ledger.Proposal{}
	if t.c.Proposed != nil {
		was = *t.c.Proposed
	}
	if err != nil {
		made = was
		made.Why, made.Tries, made.Due = err.Error(), was.Tries+1, t.Now().Add(proposedEvery)
		var wait Later
		if errors.As(err, &wait) {
			made.Due = t.Now().Add(max(wait.Later(), t.Timing.Retry))
		}
		if made.Why != was.Why {
			t.note("nothing is proposed: %s", made.Why)
		}
		t.c.Proposed = &made
		return nil
	}
	made.Due = t.Now().Add(proposedEvery)
	t.c.Proposed = &made
	if made.State != was.State {
		t.note("proposal %s: %s", made.State, made.URL)
		t.c.Report.Wanted++
		if made.State == ledger.ProposalDeclined {
			pr.declined(t)
		}
	}
	return nil
}

// wanted reports whether a case is about what code makes: a step is held for that, or was made although code makes its target.
func (pr *proposer) wanted(t *attempt) bool {
	c := t.c
	if pr.to == nil || c.Undo != nil || c.GivenUp != "" || c.Proposed != nil && c.Proposed.State == ledger.ProposalDeclined {
		return false
	}
	rests := t.atRest() && c.Proposed != nil && c.Proposed.State == ledger.NotProposed && c.Proposed.Tries < mostProposals
	if !c.State.Open() && !rests {
		return false
	}
	both := pr.policy.Code != nil && pr.policy.Code(c.Playbook) == config.CodeAndAPI
	for r := range t.live() {
		class := r.rung().Do.About().Kind.Class
		if class != action.Mend && class != action.Destroy {
			continue
		}
		if r.step.Verdict == string(gate.Hold) && strings.HasPrefix(r.step.Reason, "code: ") || both && made(r.step.State) {
			return true
		}
	}
	return false
}

// declined takes the no of a repository's people: what was found is let be for a month, but for what is never let be.
func (pr *proposer) declined(t *attempt) {
	why := "its proposal was closed: " + t.c.Proposed.URL
	if !pr.policy.About(t.c).Never {
		t.w.Exceptions = append(t.w.Exceptions, ledger.Exception{
			Playbook: t.c.Playbook, Root: t.c.Root.String(), Until: t.Now().Add(declinedFor), By: "the people of " + t.c.Proposed.Repository, Reason: why, Case: t.c.ID, Found: t.c.Found(),
		})
	}
	t.drop(why)
	t.note("let be: %s", why)
}
