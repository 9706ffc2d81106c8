package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

func TestTheAnswerIsLostAndTheChangeIsNotMadeTwice(t *testing.T) {
	sent := 0
	s := set(t, world.Options{AfterCall: func(_, op string) error {
		if op != "SuspendProcesses" {
			return nil
		}
		if sent++; sent == 1 {
			return errors.New("read tcp: i/o timeout")
		}
		return nil
	}}, launches())
	panicError(s)
	s.pass(5 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified || sent != 1 {
		t.Errorf("%s after %d calls: %s", c.State, sent, steps(c))
	}
}

func TestTheFirstStepIsRefusedAndNothingIsDestroyed(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.w.Fail("autoscaling", "SuspendProcesses", 5, &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"})
	panicError(s)
	s.pass(5 * time.Minute)
	c := s.only("test.launch")
	if c.State != ledger.Failed || foreigners(s) != 1 || c.Paged == "" {
		t.Errorf("%s, %d foreign instances, paged %q", c.State, foreigners(s), c.Paged)
	}
	if effects, _ := s.store.Effects(t.Context()); len(effects) != 0 {
		t.Error("an effect is kept that never came about")
	}
}

func TestWhoBreaksRipostesRightsForSecondsDoesNotEndTheAnswer(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.w.Fail("autoscaling", "SuspendProcesses", 3, &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"})
	panicError(s)
	s.pass(5 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified || c.Paged == "" {
		t.Errorf("%s: %s; paged %q", c.State, steps(c), c.Paged)
	}
}

func TestAnOutageEndsNothing(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.w.Fail("autoscaling", "DescribeAutoScalingGroups", 60, &smithy.GenericAPIError{Code: "InternalFailure", Fault: smithy.FaultServer})
	panicError(s)
	s.pass(10 * time.Second)
	c := s.only("test.launch")
	if c.State == ledger.Failed || c.Error == "" || foreigners(s) != 1 {
		t.Fatalf("%s, error %q", c.State, c.Error)
	}
	s.pass(time.Hour)
	if c = s.only("test.launch"); c.State != ledger.Verified || c.Error != "" {
		t.Errorf("after the outage: %s, error %q", c.State, c.Error)
	}
}

// poisonous is a playbook whose check panics.
func poisonous() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.poison", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances).AlsoByAWS()},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, "i-0poison"), Title: "poison"}}
		},
		Check: func(context.Context, playbook.In, playbook.Suspect[struct{}], struct{}) ([]playbook.Suspect[struct{}], error) {
			panic("nil map")
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	})
}

func TestAPoisonousCaseEndsAloneAndPaged(t *testing.T) {
	s := set(t, world.Options{}, poisonous(), launches())
	panicError(s)
	s.pass(10 * time.Minute)
	if c := s.only("test.poison"); c.State != ledger.Failed || !strings.Contains(c.Paged, "panic") {
		t.Errorf("the poisonous case is %s, paged %q", c.State, c.Paged)
	}
	if c := s.only("test.launch"); c.State != ledger.Verified {
		t.Errorf("the other case is %s", c.State)
	}
}

func TestSuspendedBeforeRiposteCame(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.must(s.w.AdvanceTo(s.w.Now().Add(2 * time.Second))) // the group has launched
	_, err := clients{w: s.w, by: mallory}.writes().asg(ireland).SuspendProcesses(t.Context(), &autoscaling.SuspendProcessesInput{
		AutoScalingGroupName: aws.String("web"), ScalingProcesses: []string{"AZRebalance"},
	})
	s.must(err)
	s.pass(5 * time.Minute)
	want(s, 1)
	s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	if n := suspendedProcesses(s); n != 1 {
		t.Errorf("%d processes are suspended: the one that was before must stay, and no other", n)
	}
}

func TestABrakeBetweenTwoSteps(t *testing.T) {
	var s *stage
	s = set(t, world.Options{AfterCall: func(_, op string) error {
		if op == "SuspendProcesses" {
			return s.store.Halt(t.Context(), ledger.Brake{Scope: "class:destroy", By: "sam", At: s.w.Now()})
		}
		return nil
	}}, launches())
	panicError(s)
	s.pass(2 * time.Minute)
	c := s.only("test.launch")
	if c.State != ledger.Held || steps(c) != "done; hold" || foreigners(s) != 1 {
		t.Errorf("%s: %s, %d foreign instances", c.State, steps(c), foreigners(s))
	}
	_, err := s.store.Release(t.Context(), s.w.Now(), "class:destroy", "sam")
	s.must(err)
	s.pass(5 * time.Minute)
	if c = s.only("test.launch"); c.State != ledger.Verified {
		t.Errorf("after the release: %s: %s", c.State, steps(c))
	}
}

func TestABrakeStopsTakingBackToo(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.pass(5 * time.Minute)
	want(s, 1)
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
	s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Undo})
	s.pass(5 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Undoing || suspendedProcesses(s) == 0 {
		t.Errorf("%s, %d suspended", c.State, suspendedProcesses(s))
	}
	_, err := s.store.Release(t.Context(), s.w.Now(), "all", "sam")
	s.must(err)
	s.pass(5 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Undone || suspendedProcesses(s) != 0 {
		t.Errorf("after the release: %s, %d suspended", c.State, suspendedProcesses(s))
	}
}

func TestLimitsHoldWhatDestroysAndNeverWhatContains(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.policy.Limits = gate.Limits{Incidents: 10, Destroy: 1}
	s.restart()
	launchAlone(s) // mallory's one incident
	s.pass(time.Minute)
	panicError(s) // the group's
	s.pass(2 * time.Minute)
	cases, err := s.store.Cases(t.Context(), ledger.Filter{})
	s.must(err)
	if len(cases) != 2 || cases[0].State != ledger.Contained && cases[0].State != ledger.Verified {
		t.Fatalf("%d cases, the first is %s", len(cases), cases[0].State)
	}
	group := cases[1]
	if group.State != ledger.Held || steps(group) != "done; hold" || group.Paged == "" || !strings.HasPrefix(group.Reason, "limit: destroy") {
		t.Errorf("%s: %s (%s), paged %q", group.State, steps(group), group.Reason, group.Paged)
	}
	s.order(group, ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(2 * time.Minute)
	if foreigners(s) != 0 {
		t.Error("a person's word did not count for more than the number")
	}
}

func TestOneLookThatFailsDoesNotStopTheOthers(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	s.w.Fail("iam", "ListAccessKeys", 1000, &smithy.GenericAPIError{Code: "ServiceFailure", Fault: smithy.FaultServer})
	unprotect(s, mallory)
	s.pass(time.Minute)
	c := s.only("test.ladder")
	if c.Revisions[0].Steps[1].State != ledger.Done || c.State != ledger.Acting || c.Error == "" {
		t.Errorf("%s: %s; error %q: the deny must not wait for the key", c.State, steps(c), c.Error)
	}
	if len(s.reports) == 0 || s.reports[len(s.reports)-1] != ledger.Acting {
		t.Errorf("people were told %v", s.reports)
	}
}

// TestAFloodIsTakenInTurns: more suspects than one turn can look at, all of one root.
func TestAFloodIsTakenInTurns(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	for range 120 {
		unprotect(s, mallory)
	}
	s.pass(10 * time.Minute)
	c := s.only("test.ladder")
	if len(c.Suspects) != 1 || len(c.Revisions) != 1 || c.State != ledger.Verified {
		t.Errorf("%d suspects are kept, %d plans, %s", len(c.Suspects), len(c.Revisions), c.State)
	}
	s.whole()
}

// TestADestructionThatHadToWaitIsLookedAtAgain: the group is stopped, the instance waits for a brake, and meanwhile somebody
// approves of the image.
func TestADestructionThatHadToWaitIsLookedAtAgain(t *testing.T) {
	stillForeign := true
	s := set(t, world.Options{}, launchesWhile(func() bool { return stillForeign }))
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "class:destroy", By: "sam", At: s.w.Now()}))
	panicError(s)
	s.pass(time.Minute)
	stillForeign = false
	_, err := s.store.Release(t.Context(), s.w.Now(), "class:destroy", "sam")
	s.must(err)
	s.pass(5 * time.Minute)
	c := s.only("test.launch")
	if foreigners(s) != 1 || steps(c) != "done; dropped (no longer called for)" {
		t.Errorf("%s: %s; %d foreign instances", c.State, steps(c), foreigners(s))
	}
}

// TestAClockThatIsSetBack: what the ledger plans for later waits until then, and nothing turns without end meanwhile.
func TestAClockThatIsSetBack(t *testing.T) {
	for _, before := range []time.Duration{7 * time.Second, 20 * time.Second, 50 * time.Second, 10 * time.Minute} {
		s := set(t, world.Options{}, launches())
		panicError(s)
		s.pass(before)
		w, err := world.New([]byte(shop), world.Options{Seed: 2}) // other events than before
		s.must(err)
		s.w = w
		s.restart()
		panicError(s)
		s.pass(20 * time.Minute)
		if foreigners(s) != 0 {
			t.Errorf("set back after %s: %d foreign instances run", before, foreigners(s))
		}
		s.whole()
	}
}

// TestACaseThatKillsEveryProcessIsAbandoned: the tenth process that takes it up dies as well, the next one does not try.
func TestACaseThatKillsEveryProcessIsAbandoned(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.must(s.w.AdvanceTo(s.w.Now().Add(10 * time.Second)))
	s.deliver() // into the hands of the first, which dies
	s.restart()
	for range 9 {
		s.must(s.w.AdvanceTo(s.w.Now().Add(2 * time.Minute)))
		claim, err := s.store.Claim(t.Context(), s.w.Now(), "dies", time.Minute)
		if err != nil || claim == nil {
			t.Fatal(claim, err)
		}
	}
	s.must(s.w.AdvanceTo(s.w.Now().Add(2 * time.Minute)))
	s.step()
	if c := s.only("test.launch"); c.State != ledger.Failed || !strings.Contains(c.Paged, "the process died each time") || suspendedProcesses(s) != 0 {
		t.Errorf("%s, paged %q", c.State, c.Paged)
	}
	s.whole()
}
