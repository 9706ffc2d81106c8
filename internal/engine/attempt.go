package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// maxClaims is how often a case may be claimed without a commit: whoever claimed it died of it.
const maxClaims = 10

// maxPanics is how many turns in a row may end in a panic.
const maxPanics = 5

// surroundings are what every stage may use: the waits, the clock, the log and the figures.
type surroundings struct {
	Timing Timing
	Now    func() time.Time
	Log    *slog.Logger
	Meter  Meter
}

// attempt is one case in hand, with what is to be committed next.
type attempt struct {
	surroundings
	store  ledger.Leases
	yields *yieldCounts

	c         *ledger.Case
	inbox     []ledger.Message
	until     time.Time // the lease ends
	committed Progress  // as the case was committed last
	w         ledger.Write
	plans     map[string]action.Plan  // opened, by digest
	cores     map[string]string       // see core; by digest
	fresh     map[int]bool            // revisions that were made in this turn
	seen      map[string]glimpse      // what looks have shown since the last change, by the action at rest
	known     map[string]ledger.Facts // what the ledger has answered since the last commit or change, by the question
	late      func() bool             // half of the turn is over: nothing further is begun that can wait

	inboxWaits bool      // messages wait for the next turn
	followed   int       // how often a target was found under another name
	held       time.Time // a brake keeps what is being taken back until it is looked at again
	answered   bool      // something was found or done in this turn
}

// note writes a line into the entry of the next commit.
func (t *attempt) note(format string, args ...any) {
	t.w.Notes = append(t.w.Notes, fmt.Sprintf(format, args...))
}

// commit writes the case as it stands and all that belongs to it, before anything else happens. Where it would close and
// something has come in, what was done is kept and the case goes on as it was: otherwise whoever sends often enough keeps it
// from ever keeping anything.
func (t *attempt) commit(ctx context.Context) error {
	before, notes := *t.c, len(t.w.Notes)
	err := t.write(ctx)
	if errors.Is(err, ledger.ErrJoined) {
		*t.c, t.w.Notes, t.inboxWaits = before, t.w.Notes[:notes], true
		err = t.write(ctx)
	}
	return err
}

func (t *attempt) write(ctx context.Context) error {
	t.move(t.state())
	t.c.Reason, t.c.Due = t.reason(), t.nextDue()
	t.w.At = t.Now()
	if err := t.store.Commit(ctx, t.c, t.w); err != nil {
		return err
	}
	t.w = ledger.Write{}
	clear(t.known)
	t.afterCommit()
	return nil
}

// told logs and meters what was committed.
func (t *attempt) afterCommit() {
	was := t.committed
	if t.committed = progressOf(t.c); t.committed == was {
		return
	}
	t.Meter.Progressed(t.c, was)
	if was.State != t.c.State {
		t.Log.Info("case changed state", "case", t.c.ID, "playbook", t.c.Playbook, "state", t.c.State, "was", was.State, "reason", t.c.Reason,
			"resource", t.c.Root.String())
	}
}

// move takes the case to another state, stamps the stage, and owes a report. A way that is on no map is a fault in riposte:
// it ends this case, with a person, and no other.
func (t *attempt) move(to ledger.State) {
	from := t.c.State
	if !ledger.May(from, to) {
		t.Log.Error("a fault in riposte", "case", t.c.ID, "from", from, "to", to)
		if !from.Open() {
			return
		}
		t.giveUp(fmt.Errorf("it can't go from %s to %s: this is a fault in riposte", from, to))
		to = ledger.Failed
	}
	if from == to {
		return
	}
	t.c.State = to
	t.c.Report.Wanted++
	t.c.Report.Due = time.Time{}
	t.stamp(to)
	t.note("%s", to)
}

// stamp notes the time of a stage. Whatever comes to be contained is verified from the first round.
func (t *attempt) stamp(to ledger.State) {
	switch to {
	case ledger.Contained:
		t.c.Rounds = 0
		if t.c.Times.Contained.IsZero() {
			t.c.Times.Contained = t.Now()
		}
	case ledger.Verified:
		t.c.Times.Verified = t.Now()
	}
}

// close ends the turn: it writes what stopped it, if anything did, and gives the case back.
func (t *attempt) close(ctx context.Context, failure error) error {
	switch {
	case lostRace(failure):
		return t.yield(ctx) // somebody else has it, or something new came in: the next claim reads it again
	case newer(failure):
		t.Log.Warn("case left to a newer riposte", "case", t.c.ID, "why", failure)
		return nil // the lease keeps this replica away from it for a while
	case failure != nil && ctx.Err() != nil:
		return errors.Join(ctx.Err(), giveBack(ctx, t.store, t.c)) // stopped from outside: the next run goes on
	}
	t.failures(failure)
	if n := t.yields.count(t.c.ID); n >= tellAfter {
		t.page(fmt.Sprintf("it was given back %d times in a row, and nothing that was done about it could be kept", n))
	}
	t.w.Release = true
	err := t.commit(ctx)
	if lostRace(err) {
		return t.yield(ctx)
	}
	if err == nil {
		t.yields.forget(t.c.ID)
	}
	return err
}

// yield gives the case back as it was committed last. One that is given back again and again is left to its lease instead:
// whatever takes it from everybody's hands must not take all the turns as well.
func (t *attempt) yield(ctx context.Context) error {
	if n := t.yields.add(t.c.ID); n >= tellAfter {
		t.Log.Warn("case given back again and again: left to its lease", "case", t.c.ID, "times", n)
		return nil
	}
	return giveBack(ctx, t.store, t.c)
}

func giveBack(ctx context.Context, in ledger.Leases, c *ledger.Case) error {
	if err := in.Yield(ctx, c); err != nil && !errors.Is(err, ledger.ErrStale) {
		return fmt.Errorf("give case %s back: %w", c.ID, err)
	}
	return nil
}

// failures counts the turns in a row that went wrong as a whole. Trouble with AWS is tried again for ever, ever more slowly:
// an outage must not end a defence. What kills riposte itself ends in failed, and with a person.
func (t *attempt) failures(failure error) {
	var p panicError
	switch {
	case failure == nil || errors.Is(failure, errTurnOver):
		t.c.Failures, t.c.Error = 0, t.troubles()
		return
	case errors.As(failure, &p):
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

// abandon ends a case of which every process died that took it up, before it kills this one as well.
func (ib *inbox) abandon(ctx context.Context, t *attempt) error {
	t.giveUp(fmt.Errorf("it was taken up %d times, and the process died each time", t.c.Attempts-1))
	for _, m := range t.inbox {
		if m.Seen != nil && m.Seen.Shared != "" {
			if err := ib.watch.spread(ctx, t, *m.Seen); err != nil {
				return err
			}
		}
		t.w.Taken = append(t.w.Taken, m.Key)
	}
	return t.close(ctx, nil)
}

// giveUp ends a case that riposte can't carry on; people are told.
func (t *attempt) giveUp(why error) {
	t.c.GivenUp = why.Error()
	t.c.Paged = "riposte gave this case up: " + why.Error()
}

// made settles a step; from here on it is verified, from the first round.
func (t *attempt) made(r ref, s ledger.StepState) {
	r.step.State, r.step.Made, r.step.MissedLooks, r.step.Fresh = s, t.Now(), 0, ""
	r.step.Undone, r.step.PassedBy = "", "" // what was seen before is no evidence against this
	t.c.Rounds, t.answered = 0, true
}
