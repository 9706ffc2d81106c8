package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// What happens before a case, after it, and beside it: what was so already, what was answered or taken back, what riposte
// does itself.

// stop suspends the group, by the attacker.
func stop(s *stage, process string) {
	s.Helper()
	_, err := clients{w: s.w, by: mallory}.asg(ireland).SuspendProcesses(s.Context(), &autoscaling.SuspendProcessesInput{
		AutoScalingGroupName: aws.String("web"), ScalingProcesses: []string{process},
	})
	s.must(err)
}

// Where the attacker has stopped the group already, riposte finds done what it would do, and later the attacker starts it again.
func TestWhatWasSoBeforeIsTakenUpOnceItIsLifted(t *testing.T) {
	now := "Launch"
	s := set(t, world.Options{}, mood(&now))
	stop(s, now)
	panicError(s)
	s.pass(10 * time.Minute)
	if c := s.only("test.mood"); c.State != ledger.Verified || steps(c) != "already" {
		t.Fatalf("%s: %s", c.State, steps(c))
	}
	resume(s)
	s.pass(10 * time.Minute)
	c := s.only("test.mood")
	if c.State != ledger.Verified || steps(c) != "done" || c.Paged == "" || suspendedProcesses(s) != 1 {
		t.Errorf("%s: %s, paged %q, %d processes suspended", c.State, steps(c), c.Paged, suspendedProcesses(s))
	}
}

func TestWhatWasSoBeforeStaysWhenTheCaseIsTakenBack(t *testing.T) {
	now := "Launch"
	s := set(t, world.Options{}, mood(&now))
	stop(s, now)
	panicError(s)
	s.pass(10 * time.Minute)
	s.order(s.only("test.mood"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	effects, err := s.store.Effects(t.Context())
	s.must(err)
	c := s.only("test.mood")
	if c.State != ledger.Undone || steps(c) != "stays (it was so before riposte came)" || suspendedProcesses(s) != 1 || len(effects) != 0 {
		t.Errorf("%s: %s, %d processes suspended, %d effects left", c.State, steps(c), suspendedProcesses(s), len(effects))
	}
}

// A second finding makes a person wonder; meanwhile the attacker undoes the answer to the first, which a person approved.
func TestACaseThatOnlyWaitsDoesNotStandInForOneThatIsUndone(t *testing.T) {
	processes := launching()
	s := set(t, world.Options{}, suspends(asItIs, func() []string { return processes }))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	s.order(s.only("test.suspends"), ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(10 * time.Minute)
	processes = []string{"Terminate"}
	version(s, mallory)
	s.pass(time.Minute)
	cases := s.all()
	if len(cases) != 2 || cases[0].State != ledger.Verified || cases[1].State != ledger.Asked {
		t.Fatalf("%d cases, the first is %s", len(cases), cases[0].State)
	}
	processes = launching()
	resume(s)
	s.pass(10 * time.Minute)
	if c := s.all()[0]; c.State != ledger.Verified || c.Paged == "" || suspendedProcesses(s) != 1 {
		t.Errorf("%s, paged %q, %d processes suspended", c.State, c.Paged, suspendedProcesses(s))
	}
}

// What a person took back stays so: its attacker can't bring riposte to answer once more by doing it again.
func TestATakenBackCaseIsNotReopened(t *testing.T) {
	s := set(t, world.Options{}, suspends(asItIs, launching))
	version(s, mallory)
	s.pass(10 * time.Minute)
	s.order(s.only("test.suspends"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	resume(s)
	s.pass(10 * time.Minute)
	if c := s.only("test.suspends"); c.State != ledger.Undone || suspendedProcesses(s) != 0 {
		t.Errorf("%s, %d processes suspended", c.State, suspendedProcesses(s))
	}
}

// Riposte's own calls leave records like any caller's: a playbook that looks for such calls must not be led by them.
func TestRipostesOwnChangesBringNoSuspects(t *testing.T) {
	looks := playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.looks", On: []playbook.Trigger{playbook.Call(call.AutoScalingSuspendProcesses, call.AutoScalingResumeProcesses)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: e.Name + " by " + e.Actor.UserName}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	})
	s := set(t, world.Options{}, suspends(asItIs, launching), looks)
	version(s, mallory)
	s.pass(10 * time.Minute)
	s.order(s.only("test.suspends"), ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	if n := len(s.all()); n != 1 {
		t.Fatalf("%d cases: riposte suspects itself", n)
	}
	resume(s) // the same call, with the same words, by another caller
	s.pass(time.Minute)
	if c := s.only("test.looks"); c.Title != "ResumeProcesses by mallory" {
		t.Errorf("the suspect is %q", c.Title)
	}
}
