package show

import (
	"cmp"
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Ladder is one step of a plan with all its rungs: what would be done, and what next where that can't be or does not hold.
type Ladder struct {
	Revision int    `json:"revision"`
	Step     int    `json:"step"` // from 1
	Asks     string `json:"asks,omitempty"`
	Whom     string `json:"whom,omitempty"`      // the person who is asked whether it was they, by address; absent: approvers
	NoAnswer string `json:"no_answer,omitempty"` // what silence means, where people were told
	After    string `json:"after,omitempty"`     // how long after the plan was made it is due: 720h0m0s
	Rungs    []Rung `json:"rungs"`
}

// Rung is one alternative of a step.
type Rung struct {
	Kind    string      `json:"kind"`
	Target  string      `json:"target"`
	Hits    string      `json:"hits"`          // its target, in a few words
	Ask     string      `json:"ask,omitempty"` // why a person must say yes to this rung, whatever the mode
	Tier    action.Tier `json:"tier"`
	Granted bool        `json:"granted"` // else it will be refused, and the next rung is taken
	Stands  bool        `json:"stands,omitempty"`
}

// Ladders returns the steps of a case's plans that count. Granted tells which tiers of rights riposte has.
func Ladders(c *ledger.Case, codec action.Codec, people event.People, granted func(action.Tier) bool) ([]Ladder, error) {
	asks := c.Asks(0)
	out := []Ladder{}
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		plan, err := codec.Open(r.Plan)
		if err != nil {
			return nil, fmt.Errorf("case %q: %w", c.ID, err)
		}
		for i, s := range plan.Steps {
			l := Ladder{Revision: r.Number, Step: i + 1, Rungs: rungs(s, standing(r, i), granted)}
			if s.After > 0 {
				l.After = s.After.String()
			}
			for _, a := range asks {
				if a.Revision == r.Number && a.Step == i {
					l.Asks, l.Whom = a.Why, c.Whom(people, a, s)
					if t := c.Told(a); t != nil {
						l.NoAnswer = t.Means()
					}
				}
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// standing returns the rung that a step is at.
func standing(r ledger.Revision, step int) int {
	if step < len(r.Steps) {
		return r.Steps[step].Rung
	}
	return 0
}

func rungs(s action.Step, at int, granted func(action.Tier) bool) (out []Rung) {
	for i, r := range s.Ladder {
		about := r.Do.About()
		k, target := about.Kind, about.Target.String()
		out = append(out, Rung{
			Kind: k.Name, Target: target, Hits: cmp.Or(about.Hits, target), Ask: r.Ask, Tier: k.Tier, Granted: granted(k.Tier),
			Stands: i == min(max(at, 0), len(s.Ladder)-1),
		})
	}
	return out
}
