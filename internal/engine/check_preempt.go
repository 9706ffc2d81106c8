package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// confirmInTime looks at a suspect. Where that takes longer than patience, what the playbook calls clear already is done
// meanwhile: an attacker who has a service throttled slows down the look, and not the containment.
func (ck *checker) confirmInTime(ctx context.Context, t *attempt, l *ledger.Suspect) ([]playbook.Proposal, error) {
	confirm := ck.plan.confirm(t, l)
	if l.Preempt || ck.plan.books[l.Playbook].Preempt == nil {
		return confirm(ctx)
	}
	var found []playbook.Proposal
	var failure error
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		defer func() {
			if p := recover(); p != nil {
				found, failure = nil, panicError{fmt.Sprint(p), string(debug.Stack())}
			}
		}()
		found, failure = confirm(ctx)
	}()
	patience := time.NewTimer(t.Timing.Patience)
	defer patience.Stop()
	select {
	case <-looked:
		return found, failure
	case <-patience.C:
	}
	if err := ck.preempt(ctx, t, l); err != nil {
		t.note("error: %v", err) // the look goes on, and says what there is to do
	}
	<-looked
	return found, failure
}

// preempt plans and does what need not wait for the check, if the gate lets all of it act now.
func (ck *checker) preempt(ctx context.Context, t *attempt, l *ledger.Suspect) error {
	before := t.c.Revisions
	number, err := ck.plan.preempt(ctx, t, l)
	if err != nil || number == 0 {
		return err
	}
	var steps []ref
	for r := range t.live() {
		if r.revision.Number != number {
			continue
		}
		if v, err := ck.gate.judge(ctx, t, r); err != nil || v.Do != gate.Act {
			t.c.Revisions = before
			return err
		}
		steps = append(steps, r)
	}
	l.Preempt = true
	t.note("the look at the present takes long: plan %d need not wait for it: %v", number, t.plans[steps[0].revision.Plan.Digest].Kinds())
	for _, r := range steps {
		err := ck.execute.climb(ctx, t, r)
		if errors.Is(err, errFollowed) { // the steps go on in a plan against the present name, which is acted on next
			return nil
		}
		if err := t.retryLater(ctx, &r.step.Trouble, err); err != nil {
			return err
		}
	}
	return nil
}

// relent takes back what was done about a suspect before it was looked at, and is not confirmed.
func (ck *checker) relent(ctx context.Context, t *attempt, l *ledger.Suspect) error {
	for r := range t.live() {
		if r.revision.Suspect != l.Key || !r.revision.Preempts {
			continue
		}
		if held, err := ck.gate.braked(ctx, t); err != nil || held {
			return errors.Join(err, errors.New("what was done before the look is to be taken back, and a brake holds that"))
		}
		if err := ck.effects.withdraw(ctx, t, r); err != nil {
			return err
		}
		if len(r.step.Owned) > 0 {
			if err := ck.revert.step(ctx, t, r, "taken back: a look at the present did not confirm it"); err != nil {
				return err
			}
		}
	}
	return nil
}
