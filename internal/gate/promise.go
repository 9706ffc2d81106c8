package gate

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Promises are what people are to be told of a case, now: each question that waits for a yes and that they were not told of, or are to
// be told of again. Open opens a plan. What no configuration gives a time for is in none: it waits for ever.
func (p Policy) Promises(c *ledger.Case, open func(action.Sealed) (action.Plan, error), now time.Time) (out []ledger.ToldOf, err error) {
	if p.Approval.Tells == ByNothing {
		return nil, nil
	}
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		plan, err := open(r.Plan)
		if err != nil {
			return nil, fmt.Errorf("plan of revision %d: %w", r.Number, err)
		}
		for i := range min(len(r.Steps), len(plan.Steps)) {
			s, ladder := &r.Steps[i], plan.Steps[i].Ladder
			if !s.Asks() || len(ladder) == 0 {
				continue
			}
			question := ledger.Ask{Revision: r.Number, Plan: r.Plan.Digest, Step: i, Rung: s.Rung, Why: s.Reason}
			rung := ladder[min(s.Rung, len(ladder)-1)]
			at := now
			if s.Posted != nil && s.Posted.Owes(s.Told) && at.Before(s.Posted.At) {
				at = s.Posted.At // it is due: by the clock of the replica that said so, if not by this one's
			}
			if told, news := p.AnswerAbout(c, r.Suspect, rung).Tell(at, question, s.Told); news {
				out = append(out, ledger.ToldOf{Question: question, Told: told})
			}
		}
	}
	return out, nil
}

// How long it may take until people could be told of what is to be told from a moment on.
const (
	urgentLetter = time.Hour
	dailyLetter  = 24 * time.Hour // owners are written to once a day
)

// ToldBy is by when people should have been told of a deed that is asked about, or reminded: else something is in the way of all letters.
func (p Policy) ToldBy(d Deed, from time.Time) time.Time {
	if d.Class == action.Contain {
		return from.Add(urgentLetter)
	}
	next, comes := p.Approval.Calendar.Next(from.Add(dailyLetter))
	if !comes {
		return from.Add(dailyLetter)
	}
	return next.Add(urgentLetter)
}
