package ledger

import "time"

// ProposalState is what the people of a repository made of a proposal.
type ProposalState string

const (
	NotProposed      ProposalState = "" // Why says why not
	ProposalOpen     ProposalState = "open"
	ProposalMerged   ProposalState = "merged"
	ProposalDeclined ProposalState = "closed" // and not merged: a person said no
)

// Proposal is a change that was proposed to a repository, by a branch that is named after the case.
type Proposal struct {
	Repository string        `json:"repository,omitempty"`
	URL        string        `json:"url,omitempty"`
	State      ProposalState `json:"state,omitempty"`
	Why        string        `json:"why,omitempty"`   // nothing was proposed, or the last look at it failed
	Tries      int           `json:"tries,omitempty"` // in a row that failed
	Due        time.Time     `json:"due"`             // when it is looked at again
}
