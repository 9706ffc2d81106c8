package app

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Evidence is what the record has of a playbook, by what became of its cases.
type Evidence struct {
	Cases      int       `json:"cases"`
	Since      time.Time `json:"since,omitzero"` // the oldest that was read
	More       bool      `json:"more,omitempty"` // there are older ones, which were not read
	Right      int       `json:"right"`          // confirmed, and nobody took it back or let it be
	Dismissed  int       `json:"dismissed"`      // the look at the present did not confirm it
	Refused    int       `json:"refused"`        // a person said no
	Unanswered int       `json:"unanswered"`     // it asked, and nobody has answered, or not in time
	Excepted   int       `json:"excepted"`
	Undone     int       `json:"undone"`
	Approved   int       `json:"approved"` // of the cases: a person said yes to what it would do
	Failed     int       `json:"failed"`
	Other      int       `json:"other"` // under way, held, or gone on in another case
}

const (
	mostEvidence = 5000 // cases
	evidencePage = 200
)

// pager is what is asked of a record.
type pager interface {
	Page(ctx context.Context, f ledger.Filter, before string, limit int) ([]*ledger.Case, string, error)
}

// EvidenceOf reads the newest cases of a playbook that a filter of accounts takes, in bounded reads.
func EvidenceOf(ctx context.Context, cases pager, playbookID string, in func(account string) bool) (Evidence, error) {
	var e Evidence
	read := 0
	for before := ""; ; {
		page, next, err := cases.Page(ctx, ledger.Filter{Playbook: playbookID}, before, evidencePage)
		if err != nil {
			return e, fmt.Errorf("read the cases of %s: %w", playbookID, err)
		}
		for _, c := range page {
			if read++; in(c.Root.Account) {
				e.count(c)
			}
		}
		if next == "" {
			return e, nil
		}
		if read >= mostEvidence {
			e.More = true
			return e, nil
		}
		before = next
	}
}

func (e *Evidence) count(c *ledger.Case) {
	e.Cases++
	if at := c.Origin.Received; e.Since.IsZero() || at.Before(e.Since) {
		e.Since = at
	}
	if len(c.Approvals()) > 0 {
		e.Approved++
	}
	switch c.State {
	case ledger.Observed, ledger.Contained, ledger.Verified:
		if len(c.Granted) > 0 {
			e.Excepted++
			return
		}
		e.Right++
	case ledger.Dismissed:
		if len(c.Revisions) > 0 { // confirmed once: only a person says no to a plan
			e.Refused++
			return
		}
		e.Dismissed++
	case ledger.Asked, ledger.Expired:
		e.Unanswered++
	case ledger.Excepted:
		e.Excepted++
	case ledger.Undone, ledger.Undoing:
		e.Undone++
	case ledger.Failed:
		e.Failed++
	default:
		e.Other++
	}
}
