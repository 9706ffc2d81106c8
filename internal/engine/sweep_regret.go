package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// regretter asks those changes of which only later it shows whether they do harm (action.Regretter).
type regretter struct{ aws AWS }

// look asks those that are due. Where there is a reason, people are paged, and undo is their answer; what can't be said is asked again.
func (rg *regretter) look(ctx context.Context, t *attempt) error {
	if at := t.regretsDue(); at.IsZero() || at.After(t.Now()) {
		return nil
	}
	for r := range t.live() {
		if at := t.regretDue(r); at.IsZero() || at.After(t.Now()) {
			continue
		}
		reason, err := rg.reason(ctx, t, r.rung().Do.(action.Regretter))
		if err = t.retryLater(ctx, &r.step.Trouble, err); err != nil {
			return err
		}
		switch {
		case r.step.Trouble != nil && t.Now().After(r.step.Made.Add(2*t.Timing.Regrets[len(t.Timing.Regrets)-1])):
			r.step.Regretted, r.step.Trouble = len(t.Timing.Regrets), nil
			t.note("%s: whether somebody is harmed could not be said, and is asked no more", r)
		case r.step.Trouble != nil:
			r.step.Trouble.Due = t.Now().Add(t.Timing.Regrets[0])
		case reason == "":
			for r.step.Regretted < len(t.Timing.Regrets) && !r.step.Made.Add(t.Timing.Regrets[r.step.Regretted]).After(t.Now()) {
				r.step.Regretted++ // however late
			}
			t.note("%s: nobody is harmed, look %d of %d", r, r.step.Regretted, len(t.Timing.Regrets))
		default:
			r.step.Regretted = len(t.Timing.Regrets)
			t.note("%s: it may harm somebody: %s", r, reason)
			// Never taken back by itself: what shows a regret is seldom out of an attacker's reach, and would let one have a protection switched off.
			t.page("it may harm somebody: " + reason + ": riposte undo " + t.c.ID + " takes it back, and nothing else does")
		}
	}
	return nil
}

func (rg *regretter) reason(ctx context.Context, t *attempt, a action.Regretter) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timing.Call)
	defer cancel()
	reason, err := a.Regrets(ctx, rg.aws.Reads())
	if err = inTime(ctx, err); err != nil && !errors.Is(err, playbook.ErrNoEvidence) {
		err = fmt.Errorf("look whether somebody is harmed: %w", err)
	}
	return reason, err
}

// regretDue is when it is next asked whether a step does harm; zero where it is not.
func (t *attempt) regretDue(r ref) (at time.Time) {
	_, may := r.rung().Do.(action.Regretter)
	if !may || r.step.State != ledger.Done || r.step.Regretted >= len(t.Timing.Regrets) || t.c.Undo != nil || t.c.Spared != "" {
		return at
	}
	at = r.step.Made.Add(t.Timing.Regrets[r.step.Regretted])
	if r.step.Trouble != nil {
		at = later(at, r.step.Trouble.Due)
	}
	return at
}

// regretsDue is the first of them.
func (t *attempt) regretsDue() (first time.Time) {
	if !t.c.State.Open() && !t.atRest() {
		return first
	}
	for r := range t.live() {
		if at := t.regretDue(r); !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
