package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

// maxPanics is how many attempts in a row may end in a panic.
const maxPanics = 5

// close ends the attempt: it writes what stopped it, if anything did, counts the attempts in a row that went wrong as a whole,
// and gives the case back. Trouble with AWS is tried again for ever, ever more slowly: an outage must not end a defence. What
// kills riposte itself ends in failed, and with a person.
func (t *attempt) close(ctx context.Context, failure error) error {
	var p panicError
	switch {
	case lostRace(failure):
		return t.yield(ctx) // another replica has it, or something new came in: the next claim reads it again
	case newer(failure):
		t.Log.Warn("case left to a newer riposte", "case", t.c.ID, "why", failure)
		return nil // the lease keeps this replica away from it for a while
	case failure != nil && ctx.Err() != nil:
		return errors.Join(ctx.Err(), giveBack(ctx, t.store, t.c)) // stopped from outside: the next run goes on
	case failure == nil || errors.Is(failure, errTimeOver):
		t.c.Failures, t.c.Error = 0, t.troubles()
	default:
		if errors.As(failure, &p) {
			t.Log.Error("panic recovered", "case", t.c.ID, "what", p.what, "stack", p.stack)
			if t.c.Failures+1 >= maxPanics {
				t.giveUp(failure)
			}
		}
		t.Meter.Stopped(t.c.Playbook, failure)
		t.c.Failures++
		t.c.Error = failure.Error()
		t.note("error: %v", failure)
		t.Log.Warn("case failed and is retried", "case", t.c.ID, "error", failure, "failures", t.c.Failures)
		if t.c.Failures == tellAfter && t.c.GivenUp == "" {
			t.page(fmt.Sprintf("it stopped %d times in a row and is tried again: %v", t.c.Failures, failure))
		}
	}
	if n := t.yields.count(t.c.ID); n >= tellAfter {
		t.page(fmt.Sprintf("it was given back %d times in a row, and nothing that was done about it could be kept", n))
	}
	t.w.EndsLease = true
	err := t.commit(ctx)
	if lostRace(err) {
		return t.yield(ctx)
	}
	if err == nil {
		t.yields.forget(t.c.ID)
	}
	return err
}

// yield gives the case back as it was committed last. A case that is given back again and again is left to its lease instead:
// what takes it from every worker must not take all their attempts as well.
func (t *attempt) yield(ctx context.Context) error {
	if n := t.yields.add(t.c.ID); n >= tellAfter {
		t.Log.Warn("case given back again and again: left to its lease", "case", t.c.ID, "times", n)
		return nil
	}
	return giveBack(ctx, t.store, t.c)
}

// giveBack yields a case, unless another holder has it by now.
func giveBack(ctx context.Context, in ledger.Leases, c *ledger.Case) error {
	if err := in.Yield(ctx, c); err != nil && !errors.Is(err, ledger.ErrStale) {
		return fmt.Errorf("give case %s back: %w", c.ID, err)
	}
	return nil
}

// giveUp ends a case that riposte can't carry on; people are told.
func (t *attempt) giveUp(why error) {
	t.c.GivenUp = why.Error()
	t.c.Paged = "riposte gave this case up: " + why.Error()
}
