package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// askedAgain is how long after its last case was opened a streak that still stands may open another.
const askedAgain = 30 * day

// again opens another case where that of a streak was let be, and what let it be has ended: a tag, an exception, the time after an undo, a
// question that no person answered. ads are the admissions of ripe.
func (e *Engine) again(ctx context.Context, ripe []playbook.StoredSuspect, ads []ledger.Admission) error {
	for i, s := range ripe {
		streak := s.Origin.EventID
		for ads[i].How == "duplicate" {
			may, err := e.mayAsk(ctx, ads[i].Case)
			if err != nil {
				return fmt.Errorf("whether %s may be asked about again: %w", s.Resource, err)
			}
			if !may {
				break
			}
			s.Origin.EventID = streak + "/" + ads[i].Case // no two cases follow one
			next, err := e.Store.Admit(ctx, e.Now(), []playbook.StoredSuspect{s}, ledger.FirstClaim{})
			if err != nil {
				return err
			}
			ads[i] = next[0]
		}
	}
	return nil
}

// mayAsk reports whether another case may follow one. One that is in the ledger no more is long over.
func (e *Engine) mayAsk(ctx context.Context, id string) (bool, error) {
	c, err := e.Store.Load(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return true, nil
	}
	if err != nil || !letBe(c, e.Now()) {
		return false, err
	}
	standing, err := e.Store.Exceptions(ctx, e.Now())
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(standing, func(x ledger.Exception) bool {
		return x.Playbook == c.Playbook && (x.Root == c.Root.String() || x.Root == ledger.OfAccount+c.Root.Account)
	}), nil
}

// letBe reports whether a case ended since something let be what it found, for a time that is over. What a person dismissed, took back step by
// step, or riposte did or broke off, is not asked about again while the streak stands; what it could not begin, since AWS refused the first step for good, is:
// the right may be there by then.
func letBe(c *ledger.Case, now time.Time) bool {
	if c.State.Open() || !c.Due.IsZero() || now.Sub(c.Origin.Received) < askedAgain {
		return false
	}
	if c.Quiet != nil && c.Quiet.Until.After(now) {
		return false
	}
	switch c.State {
	case ledger.Expired, ledger.Excepted, ledger.Undone:
		return true
	case ledger.Failed:
		return !touched(c)
	case ledger.Dismissed:
		return c.Spared == "" && !slices.ContainsFunc(c.Revisions, func(r ledger.Revision) bool { return r.Superseded == 0 })
	}
	return false
}

// touched reports whether anything of a case was ever done, or may have been.
func touched(c *ledger.Case) bool {
	return slices.ContainsFunc(c.Revisions, func(r ledger.Revision) bool {
		return slices.ContainsFunc(r.Steps, func(s ledger.Step) bool {
			return s.State == ledger.Intent || made(s.State) || !s.Made.IsZero() || len(s.Owned) > 0
		})
	})
}
