package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/ledger"
)

// maxClaims is how often a case may be claimed without a commit: the processes that claimed it died of it.
const maxClaims = 10

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

	tells     bool // the case's playbook answers nothing
	c         *ledger.Case
	inbox     []ledger.Message
	until     time.Time // the lease ends
	committed Progress  // as the case was committed last
	w         ledger.Write
	plans     map[string]action.Plan         // opened, by digest
	cores     map[string]string              // see core; by digest
	planned   map[int]bool                   // revisions that were made in this attempt
	looks     map[string]looked              // what looks have shown since the last change, by the action at rest
	known     map[string]ledger.Facts        // what the ledger has answered since the last commit or change, by the question
	code      map[event.Resource]code.Answer // which code makes what steps change, since the last commit or change
	covered   map[string]*covered            // what is known of the sweeps behind suspects, by their keys
	late      func() bool                    // half of its time is over: nothing further is begun that can wait

	inboxWaits  bool      // messages wait for the next attempt
	passedOver  bool      // suspects among them, since the case has as many as it holds
	followed    int       // how often a target was found under another name
	brakedUntil time.Time // a brake keeps what is being taken back until it is looked at again
	unjudged    bool      // a step waits until its sweep has ended
	letBe       bool      // an exception came, or went: what is judged next is judged with that
	answered    bool      // something was found or done in this attempt
}

// note writes a line into the entry of the next commit.
func (t *attempt) note(format string, args ...any) {
	t.w.Notes = append(t.w.Notes, fmt.Sprintf(format, args...))
}

// commit writes the case as it stands and all that belongs to it, before anything else happens, then logs and meters it.
// Where it would close and something has come in, what was done is kept and the case goes on as it was: otherwise an attacker
// that sends often enough keeps it from ever keeping anything.
func (t *attempt) commit(ctx context.Context) error {
	before, notes := *t.c, len(t.w.Notes)
	for joined := false; ; joined = true {
		t.move(t.state())
		t.c.Reason, t.c.Due = t.reason(), t.nextDue()
		t.w.At, t.w.SuspectsWait = t.Now(), t.passedOver && t.unchecked() >= batch
		err := t.store.Commit(ctx, t.c, t.w)
		if err == nil {
			break
		}
		if joined || !errors.Is(err, ledger.ErrJoined) {
			return err
		}
		*t.c, t.w.Notes, t.inboxWaits = before, t.w.Notes[:notes], true
	}
	t.w = ledger.Write{}
	clear(t.known)
	clear(t.code)
	was := t.committed
	if t.committed = (Progress{t.c.State, t.c.Times}); t.committed == was {
		return nil
	}
	t.Meter.Progressed(t.c, was)
	if was.State != t.c.State {
		t.Log.Info("case changed state", "case", t.c.ID, "playbook", t.c.Playbook, "state", t.c.State, "was", was.State, "reason", t.c.Reason,
			"resource", t.c.Root.String())
	}
	return nil
}

// move takes the case to another state, stamps the stage, and owes a report. What comes to be contained is verified from the
// first round. A way that is on no map is a fault in riposte: it ends this case, with a person, and no other.
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
	switch to {
	case ledger.Contained:
		t.c.Rounds = 0
		if t.c.Times.Contained.IsZero() {
			t.c.Times.Contained = t.Now()
		}
	case ledger.Verified:
		if t.c.Times.Verified.IsZero() {
			t.c.Times.Verified = t.Now()
		}
	}
	t.note("%s", to)
}

// made settles a step; from here on it is verified, from the first round.
func (t *attempt) made(r ref, s ledger.StepState) {
	if r.step.Made.IsZero() {
		t.begins(r)
	}
	r.step.State, r.step.Made, r.step.MissedLooks, r.step.NewlyOwned = s, t.Now(), 0, ""
	r.step.Undone, r.step.PassedBy = "", "" // what was seen before is no evidence against this
	if r.step.Aside {
		return
	}
	t.c.Rounds, t.answered = 0, true
}
