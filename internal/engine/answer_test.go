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

// wonders is a playbook that asks who made a template's version whether it was they, before it stops the group.
func wonders(id string, step func(action.Step) action.Step) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: id, On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "a version"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{step(action.Try(action.Suspend{Group: s.Resource, Processes: []string{"Launch"}}).Asking("they may have meant it"))}}
		},
	})
}

// Ann, whose user mallory is, is asked whether it was she. What she says counts, and of others only an approver's word that it was not.
func TestWasItYou(t *testing.T) {
	asks := func(s action.Step) action.Step { return s.WasItYou() }
	proof := func(s action.Step) action.Step { s.Proof = true; return s.WasItYou() }
	for _, x := range []struct {
		name, id string
		step     func(action.Step) action.Step
		who      string
		verb     ledger.Verb
		want     ledger.State
		paged    string
		noted    string
	}{
		{"mine", "test.wonders", asks, "ann", ledger.Mine, ledger.Excepted, "", "ann (unproven) says that it was they"},
		{"mine, by her other name", "test.wonders", asks, "ANN@example.com", ledger.Mine, ledger.Excepted, "", "says that it was they"},
		{"not mine", "test.wonders", asks, "ann", ledger.NotMine, ledger.Contained, "ann (unproven) says that it was not they who did this", "says that it was not they"},
		{"not hers, says an approver", "test.wonders", asks, "sam", ledger.NotMine, ledger.Contained, "sam (unproven) says that it was not they who did this", ""},
		{"hers, says an approver", "test.wonders", asks, "sam", ledger.Mine, ledger.Asked, "", "mine by sam (unproven) is void: the case asks nobody whether it was they"},
		{"hers, says somebody", "test.wonders", asks, "eve", ledger.Mine, ledger.Asked, "", "mine by eve (unproven) is void"},
		{"not hers, says somebody", "test.wonders", asks, "eve", ledger.NotMine, ledger.Asked, "", "not-mine by eve (unproven) is void"},
		{"mine, where nothing honest is possible", "test.wonders", proof, "ann", ledger.Mine, ledger.Asked, "", "nothing honest is possible here, and it asks on"},
		{"mine, of what hides traces", "evasion.wonders", asks, "ann", ledger.Mine, ledger.Asked, "", "nothing honest is possible here, and it asks on"},
		{"not mine, where nothing honest is possible", "test.wonders", proof, "ann", ledger.NotMine, ledger.Contained, "says that it was not they who did this", ""},
		{"mine, where approvers are asked", "test.wonders", func(s action.Step) action.Step { return s }, "ann", ledger.Mine, ledger.Asked, "", "the case asks nobody whether it was they"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := set(t, world.Options{}, wonders(x.id, x.step))
			staffed(s)
			version(s, mallory)
			s.pass(time.Minute)
			if c := s.only(x.id); c.State != ledger.Asked {
				t.Fatalf("%s\n%s", c.State, s.history(c))
			}
			s.says(x.who, x.verb, s.only(x.id))
			c := s.only(x.id)
			if c.State != x.want || !strings.Contains(c.Paged, x.paged) || (c.Paged == "") != (x.paged == "") || !strings.Contains(s.history(c), x.noted) {
				t.Errorf("%s, paged %q\n%s", c.State, c.Paged, s.history(c))
			}
			if (suspendedProcesses(s) > 0) != (x.want == ledger.Contained) {
				t.Errorf("%d processes suspended", suspendedProcesses(s))
			}
			s.whole()
		})
	}
}

// A person's yes is of what they were asked about. The thief who has their session does the same again a minute later, and it asks again.
func TestMineLastsForNothingElse(t *testing.T) {
	s := set(t, world.Options{}, wonders("test.wonders", func(s action.Step) action.Step { return s.WasItYou() }))
	staffed(s)
	version(s, mallory)
	s.pass(time.Minute)
	first := s.only("test.wonders")
	version(s, mallory)
	s.pass(time.Minute)
	s.says("ann", ledger.Mine, first)
	if c := s.only("test.wonders"); c.State != ledger.Excepted || c.Schema != 2 {
		t.Fatalf("%s, schema %d\n%s", c.State, c.Schema, s.history(c))
	}
	if all, err := s.store.Exceptions(s.Context(), s.w.Now()); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	version(s, mallory)
	s.pass(time.Minute)
	if c := s.all()[1]; c.State != ledger.Asked {
		t.Errorf("%s: %s", c.State, c.Reason)
	}
	s.pass(24 * time.Hour) // and nobody answers
	if c := s.all()[1]; c.State != ledger.Asked || suspendedProcesses(s) != 0 {
		t.Errorf("%s: %s", c.State, c.Reason)
	}
	s.whole()
}

// What the ladder climbs to reaches others as well, and is no matter of the person who was asked.
func TestThePersonIsNotAskedAboutOthers(t *testing.T) {
	step := action.Try(action.Suspend{}).Else(action.Terminate{}).ElseAsk(action.Stop{}, "it stops everybody").Asking("they may have meant it").WasItYou()
	for rung, want := range []action.Asked{action.TheActor, action.TheActor, ""} {
		if got := step.AsksAt(rung); got != want {
			t.Errorf("rung %d asks %q", rung, got)
		}
	}
}
