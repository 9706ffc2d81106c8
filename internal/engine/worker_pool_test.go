package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// claims counts what is claimed of the ledger, what is given back, and what is sent to cases.
type claims struct {
	ledger.Store
	claimed, yielded, sent int
}

func (c *claims) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Claim, error) {
	got, err := c.Store.Claim(ctx, now, holder, lease)
	if got != nil {
		c.claimed++
	}
	return got, err
}

func (c *claims) Yield(ctx context.Context, of *ledger.Case) error {
	c.yielded++
	return c.Store.Yield(ctx, of)
}

// arrived is a stage on which an instance was launched from the foreign image, and the record has been received.
func arrived(t *testing.T, workers int) (*stage, *claims, []ledger.Admission) {
	t.Helper()
	s := set(t, world.Options{}, launches())
	counted := &claims{Store: s.store}
	s.store, s.workers = counted, workers
	s.restart()
	ads, err := s.e.Receive(t.Context(), s.launch()...)
	s.must(err)
	if len(ads) != 1 || ads[0].How != "opened" {
		t.Fatalf("admitted: %+v", ads)
	}
	return s, counted, ads
}

func (c *claims) Send(ctx context.Context, now time.Time, id string, m ledger.Message) (bool, error) {
	c.sent++
	return c.Store.Send(ctx, now, id, m)
}

func (s *stage) load(id string) *ledger.Case {
	s.Helper()
	c, err := s.store.Load(s.Context(), id)
	s.must(err)
	return c
}

func TestWhoIsFreeHasTheCaseFromTheBeginning(t *testing.T) {
	s, counted, ads := arrived(t, 1)
	if ads[0].Claim == nil {
		t.Fatal("a worker is free, and the case waits to be claimed")
	}
	if _, _, err := s.e.ProcessOne(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := foreigners(s); n != 0 || counted.claimed != 0 {
		t.Errorf("%d foreign instances after a turn, %d claims", n, counted.claimed)
	}
	s.pass(5 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified {
		t.Errorf("it ended as %s", c.State)
	}
	s.whole()
}

func TestWhereNobodyIsFreeAnyReplicaTakesIt(t *testing.T) {
	s, _, ads := arrived(t, 1)
	more, err := s.e.Receive(t.Context(), s.launch()...) // the one worker has a case that it has not begun
	s.must(err)
	if ads[0].Claim == nil || more[0].Claim != nil {
		t.Fatalf("left with hands: %t, %t", ads[0].Claim != nil, more[0].Claim != nil)
	}
	s.restart()
	if worked, _, err := s.e.ProcessOne(t.Context()); err != nil || !worked {
		t.Fatalf("another replica found nothing to do: %v", err)
	}
	if c := s.load(more[0].Case); c.State == ledger.Suspected {
		t.Error("the case of nobody was not taken up")
	}
	if c := s.load(ads[0].Case); c.State != ledger.Suspected {
		t.Errorf("the case in somebody's hands is %s", c.State)
	}
	s.pass(5 * time.Minute) // the first process never came back: its lease ended
	for _, a := range append(ads, more...) {
		if c := s.load(a.Case); c.State != ledger.Verified {
			t.Errorf("it ended as %s", c.State)
		}
	}
	s.whole()
}

func TestACaseThatWaitedTooLongInHandIsClaimedAnew(t *testing.T) {
	s, counted, _ := arrived(t, 1)
	s.must(s.w.AdvanceTo(s.w.Now().Add(40 * time.Second)))
	if _, _, err := s.e.ProcessOne(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := foreigners(s); n != 0 || counted.yielded != 1 || counted.claimed != 1 {
		t.Errorf("%d foreign instances, given back %d times, claimed %d times", n, counted.yielded, counted.claimed)
	}
}

func TestIdleWorkersReleaseUnstartedCases(t *testing.T) {
	s, counted, _ := arrived(t, 1)
	s.must(s.e.YieldUnstarted(t.Context()))
	s.restart()
	if _, _, err := s.e.ProcessOne(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := foreigners(s); n != 0 || counted.claimed != 1 {
		t.Errorf("%d foreign instances although the case was given back, %d claims", n, counted.claimed)
	}
}

// Whoever is free may have answered before Receive has told the cases that are contained: the call that began a case did
// not undo what came of it.
func TestTheCallThatBeganACaseIsNoSightingForIt(t *testing.T) {
	s := set(t, world.Options{}, launch.TerminationUnprotected())
	counted := &claims{Store: s.store}
	s.store, s.wake = counted, func() {
		_, err := s.e.RunDue(t.Context())
		s.must(err)
	}
	s.restart()
	unprotect(s, mallory)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
	ads, err := s.e.Receive(t.Context(), s.due()...)
	s.must(err)
	if c := s.load(ads[0].Case); c.State != ledger.Contained || counted.sent != 0 {
		t.Errorf("%s, and %d sightings of its own beginning:\n%s", c.State, counted.sent, s.history(c))
	}
}

// A record may come long after the call: one that was made before the containment brings a look forward, and is no evidence
// against it. One look that finds nothing may be stale.
func TestACallFromBeforeTheContainmentDidNotUndoIt(t *testing.T) {
	for name, c := range map[string]struct {
		before time.Duration
		notes  string
	}{
		"before": {10 * time.Second, "not found, looking again"},
		"after":  {0, "containment was undone"},
	} {
		t.Run(name, func(t *testing.T) {
			s := set(t, world.Options{}, launches())
			panicError(s)
			s.pass(20 * time.Second)
			contained := s.only("test.launch")
			step := contained.Revisions[0].Steps[0]
			resume(s) // which a look can't tell from a stale answer
			seen := &ledger.Sighting{Effect: step.Owned[0], Call: "autoscaling:ResumeProcesses", Named: true}
			seen.By.Occurred, seen.By.Actor.ARN = step.Made.Add(-c.before), "arn:aws:iam::111122223333:user/mallory"
			_, err := s.store.Send(t.Context(), s.w.Now(), contained.ID, ledger.Message{Key: "seen", Seen: seen})
			s.must(err)
			s.step()
			now := s.load(contained.ID)
			if told := s.history(now) + now.Paged; !strings.Contains(told, c.notes) {
				t.Errorf("nothing says %q:\n%s", c.notes, told)
			}
		})
	}
}
