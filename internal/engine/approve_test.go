package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// climbs is a playbook whose first rung AWS can't do, and whose second stops the group; each asks its own question.
func climbs(first, second string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.climbs", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "a version"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{{Ladder: []action.Rung{
				{Do: action.Pin{Group: s.Resource, Template: "lt-0cccccccccccccccc"}, Ask: first}, {Do: action.Suspend{Group: s.Resource}, Ask: second},
			}}}}
		},
	})
}

func (s *stage) approve(shown string) {
	s.Helper()
	s.order(s.all()[0], ledger.Order{Verb: ledger.Approve, Shown: shown})
	s.pass(time.Minute)
}

// A person says yes to a pinned group, which AWS can't do. Stopping the whole group is another question, and is asked.
func TestAnApprovalIsOfTheQuestionThatWasShown(t *testing.T) {
	s := set(t, world.Options{}, climbs("is the group ours?", "it stops the group"))
	version(s, mallory)
	s.pass(time.Minute)
	first := s.only("test.climbs").Shown(0)
	s.approve(first)
	c := s.only("test.climbs")
	if c.State != ledger.Asked || c.Reason != "approval: it stops the group" || suspendedProcesses(s) != 0 {
		t.Fatalf("%s, %s, %d processes suspended\n%s", c.State, c.Reason, suspendedProcesses(s), s.history(c))
	}
	s.approve(first) // once more what was answered already
	if c := s.only("test.climbs"); c.State != ledger.Asked || suspendedProcesses(s) != 0 {
		t.Fatalf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1}) // the revision as it was made
	s.pass(time.Minute)
	if c := s.only("test.climbs"); c.State != ledger.Asked || suspendedProcesses(s) != 0 {
		t.Fatalf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	s.approve(c.Shown(0))
	if c := s.only("test.climbs"); c.State != ledger.Contained || suspendedProcesses(s) != len(action.Processes()) {
		t.Errorf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
}

// One question for the whole ladder is answered once.
func TestAnApprovalCoversTheRungsThatAskNothingElse(t *testing.T) {
	s := set(t, world.Options{}, climbs("was it you?", "was it you?"))
	version(s, mallory)
	s.pass(time.Minute)
	s.approve(s.only("test.climbs").Shown(0))
	if c := s.only("test.climbs"); c.State != ledger.Contained || suspendedProcesses(s) != len(action.Processes()) {
		t.Errorf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
}

// Between the look and the yes the attacker has something else join the case: the yes is void, and nothing is done.
func TestAnApprovalIsVoidWhereMoreHasJoined(t *testing.T) {
	processes := launching()
	s := set(t, world.Options{}, suspends(asItIs, func() []string { return processes }))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	seen := s.only("test.suspends").Shown(0)
	version(s, mallory) // the same again: what was shown stands
	s.pass(time.Minute)
	if now := s.only("test.suspends").Shown(0); now != seen {
		t.Errorf("the same finding again made another question of it: %s, %s", seen, now)
	}
	processes = []string{"Terminate"}
	version(s, mallory)
	s.pass(time.Minute)
	s.approve(seen)
	c := s.only("test.suspends")
	if c.State != ledger.Asked || suspendedProcesses(s) != 0 || !strings.Contains(s.history(c), "has changed since it was shown") {
		t.Fatalf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	s.approve(c.Shown(0))
	if c := s.only("test.suspends"); c.State != ledger.Contained || suspendedProcesses(s) == 0 {
		t.Errorf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
}
