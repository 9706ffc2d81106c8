package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// tellAfter is how often in a row a suspect, a step or a whole attempt may fail before people are told. It goes on being tried:
// an outage must not end a defence, and a defence must not be gone without a word.
const tellAfter = 5

// errTimeOver ends an attempt whose time is over. What it did is committed, and the next attempt goes on.
var errTimeOver = errors.New("the time of this attempt is over: the next one goes on")

// endsTurn reports whether an error ends the whole attempt: the case is another replica's now, or a newer riposte's, or this
// process is to stop, or the time is over.
func endsTurn(err error) bool {
	return lostRace(err) || newer(err) || errors.Is(err, context.Canceled) || errors.Is(err, errTimeOver)
}

// lostRace: another replica committed first, or something came in meanwhile.
func lostRace(err error) bool {
	return errors.Is(err, ledger.ErrStale) || errors.Is(err, ledger.ErrJoined)
}

func newer(err error) bool { return errors.Is(err, ledger.ErrNewer) || errors.Is(err, action.ErrNewer) }

// retryLater notes how it went with one suspect or step. What fails is tried again ever more slowly, for itself, so that an
// attacker who can make one look fail neither stops nor slows the others; what goes on failing is told. The error that it
// returns ends the attempt.
func (t *attempt) retryLater(ctx context.Context, at **ledger.Trouble, err error) error {
	switch {
	case err == nil:
		*at = nil
		return nil
	case endsTurn(err):
		return err
	case errors.Is(err, playbook.ErrNoEvidence):
		t.unknown(at, err)
		if ctx.Err() != nil {
			return errTimeOver
		}
		return nil
	}
	if *at == nil {
		*at = &ledger.Trouble{}
	}
	now := *at
	now.Times++
	now.Error, now.Due = err.Error(), t.Now().Add(t.backoff(now.Times))
	t.note("error: %v", err)
	t.Meter.Stopped(t.c.Playbook, err)
	t.Log.Warn("suspect or step failed and is retried", "case", t.c.ID, "error", err, "times", now.Times)
	if now.Times == tellAfter {
		t.page(fmt.Sprintf("it failed %d times in a row and is tried again: %v", now.Times, err))
	}
	if ctx.Err() != nil {
		return errTimeOver
	}
	return nil
}

// unknown holds a suspect or step of which there is no evidence either way. Nobody is paged: that is how it is, and no failure.
func (t *attempt) unknown(at **ledger.Trouble, err error) {
	if *at == nil || (*at).Error != err.Error() {
		t.note("held: %v", err)
	}
	*at = &ledger.Trouble{Times: 1, Due: t.Now().Add(t.Timing.Swept), Error: err.Error(), Unknown: true}
	if errors.Is(err, playbook.ErrNotNow) {
		(*at).Due = t.Now().Add(t.apart())
	}
}

// apart is a wait of up to four hours, another for each case and each time: what found no room together does not come back together.
func (t *attempt) apart() time.Duration {
	h := fnv.New64a()
	fmt.Fprint(h, t.c.ID, t.Now().UnixNano())
	return t.Timing.Under + time.Duration(h.Sum64()%uint64(t.Timing.Swept/6))
}

// inTime has a question about what a sweep found that did not end in time be asked again: that AWS is slow is no failure of riposte's, and nobody is
// to be told.
func inTime(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", err, playbook.ErrNotNow)
	}
	return err
}

// page tells people at once.
func (t *attempt) page(why string) {
	t.c.Paged = why
	t.c.Report.Wanted++
	t.Log.Warn("page a person", "case", t.c.ID, "why", why)
}

// backsOff reports whether something that failed is not to be tried again yet.
func (t *attempt) backsOff(x *ledger.Trouble) bool { return x != nil && x.Due.After(t.Now()) }

// troubles are the errors of all suspects and steps that fail at present.
func (t *attempt) troubles() string {
	var errs []error
	note := func(x *ledger.Trouble) {
		if x != nil && !x.Unknown {
			errs = append(errs, errors.New(x.Error))
		}
	}
	for _, l := range t.c.Suspects {
		note(l.Trouble)
	}
	for r := range t.live() {
		note(r.step.Trouble)
	}
	if err := errors.Join(errs...); err != nil {
		return err.Error()
	}
	return ""
}
