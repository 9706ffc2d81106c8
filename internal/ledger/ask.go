package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
)

// Ask is one step that waits for a person, as it stands: the plan and the rung say what would be done, the reason why not
// without a person.
type Ask struct {
	Revision   int
	Plan       string // digest
	Step, Rung int    // from 0
	Why        string
}

// Answer is what an approval covers of a revision: a step, at the rungs that ask no other question than the one that was
// shown, and do no worse.
type Answer struct {
	Step  int          `json:"step"`
	Ask   string       `json:"ask,omitempty"` // the rung's own; "" where the mode or a limit asked
	Class action.Class `json:"class"`
}

// Consent is one person's yes to what takes more than one.
type Consent struct {
	Answer
	Order Order `json:"order"`
}

// Consent adds one person's yes, and gives all that are to the same.
func (c *Case) Consent(r *Revision, to Answer, o Order) (all []Order) {
	c.Schema = max(c.Schema, answersSchema)
	r.Consents = append(r.Consents, Consent{to, o})
	for _, x := range r.Consents {
		if x.Answer == to {
			all = append(all, x.Order)
		}
	}
	return all
}

// Approvals are the orders by which people said yes to what counts, in the order of the revisions; an order for several is there once.
func (c *Case) Approvals() (all []Order) {
	add := func(o Order) {
		if !slices.ContainsFunc(all, func(x Order) bool { return x.By == o.By && x.At.Equal(o.At) }) {
			all = append(all, o)
		}
	}
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		for _, x := range r.Consents {
			add(x.Order)
		}
		if r.Approved != nil {
			add(*r.Approved)
		}
	}
	return all
}

// Asks are the steps that wait for a person, of one revision or (0) of all, in order. One that is not due yet asks when it is: who lets a
// quarantine go has said nothing of the end that may follow it in a month.
func (c *Case) Asks(revision int) (out []Ask) {
	for _, r := range c.Revisions {
		if r.Superseded != 0 || revision != 0 && r.Number != revision {
			continue
		}
		for i, s := range r.Steps {
			why, asks := s.Reason, s.Verdict == "ask" // whether a person's yes would let the step go
			if rule, _, _ := strings.Cut(s.Reason, ":"); s.Verdict == "hold" && rule == "limit" {
				why, asks = rule, true // a limit's text counts on, what it asks stays the same
			}
			if asks && s.State == Pending && s.NotBefore.IsZero() {
				out = append(out, Ask{r.Number, r.Plan.Digest, i, s.Rung, why})
			}
		}
	}
	return out
}

// Shown names what asks, as a person was shown it: where anything has joined, climbed or changed since, it is another. It
// is "" where nothing asks.
func (c *Case) Shown(revision int) string {
	asks := c.Asks(revision)
	if len(asks) == 0 {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", c.ID)
	for _, a := range asks {
		fmt.Fprintf(h, "%d %s %d %d %q\n", a.Revision, a.Plan, a.Step, a.Rung, a.Why)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
