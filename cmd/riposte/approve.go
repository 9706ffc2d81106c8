package main

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

type approveVerb struct {
	orderFlags
	Revision int `placeholder:"N" help:"Approve this revision of the plan and no other. Default: those that ask now."`
}

func (approveVerb) Help() string {
	return `What is approved is the plan that riposte case shows, byte for byte; if the resource changes before it is carried out, the
case makes a new plan and asks again. "It was me" is no approval: use dismiss.

Examples:

  riposte approve c_01jd
  riposte approve c_01jd --reason "seen with the team"`
}

// Run lets the plan go.
func (v approveVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, func(r record, c *ledger.Case) ([]ledger.Order, error) { return v.orders(sh, r, c), nil })
}

// orders approve each revision that asks, or the one that was named.
func (v approveVerb) orders(sh *shell, r record, c *ledger.Case) (out []ledger.Order) {
	revisions := asking(c)
	if v.Revision != 0 || len(revisions) == 0 {
		revisions = []int{v.Revision}
	}
	for i, n := range revisions {
		o := v.order(sh, r, ledger.Approve)
		o.Revision, o.At = n, o.At.Add(time.Duration(i)) // two orders of one moment would count as one
		out = append(out, o)
	}
	return out
}

// asking are the revisions with a step that waits for a person.
func asking(c *ledger.Case) (out []int) {
	for _, r := range c.Revisions {
		waits := slices.ContainsFunc(r.Steps, func(s ledger.Step) bool { return s.State == ledger.Pending && s.Verdict == "ask" })
		if r.Superseded == 0 && waits {
			out = append(out, r.Number)
		}
	}
	return out
}
