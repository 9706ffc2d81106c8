package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// staffed gives the stage approvers: ann, whose user mallory is, and bob and sam.
func staffed(s *stage) {
	s.policy.Mode = asks
	s.policy.Approval = gate.Approval{
		People: event.People{
			Template: "{session}@example.com", Users: map[string]string{"arn:aws:iam::111122223333:user/mallory": "ann@example.com"},
		},
		Approvers: []string{"ann@example.com", "bob@example.com", "sam@example.com"}, Shell: true, Persons: 2,
		Quiet: gate.Quiet{Contain: 31 * 24 * time.Hour},
	}
	s.restart()
}

// says has a person give an order, and lets riposte take it.
func (s *stage) says(who string, verb ledger.Verb, c *ledger.Case) {
	s.Helper()
	o := ledger.Order{Verb: verb, By: who, At: s.w.Now(), Shown: c.Shown(0)}
	_, err := s.store.Send(s.Context(), s.w.Now(), c.ID, ledger.Message{Key: who + string(verb) + o.At.String(), Order: &o})
	s.must(err)
	s.pass(time.Minute)
}

// ends is a playbook that has the cattle's instance terminated, as soon as somebody says yes.
func ends() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.ends", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, "i-0cattle"), Title: "an instance"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Terminate{Instance: s.Resource})}}
		},
	})
}

// Whoever is behind what was done has no word in what is done about it, by whatever way the order comes: the worker decides.
func TestNobodyOrdersAboutTheirOwnDoing(t *testing.T) {
	s := set(t, world.Options{}, suspends(asItIs, launching))
	staffed(s)
	version(s, mallory)
	s.pass(time.Minute)
	for _, verb := range []ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Undo} {
		s.says("ann", verb, s.only("test.suspends"))
		c := s.only("test.suspends")
		if c.State != ledger.Asked || c.Undo != nil || suspendedProcesses(s) != 0 || !strings.Contains(s.history(c), string(verb)+" by ann (unproven) is void: ") {
			t.Fatalf("%s: %s, %d processes suspended\n%s", verb, c.State, suspendedProcesses(s), s.history(c))
		}
	}
	s.says("eve", ledger.Approve, s.only("test.suspends"))
	if c := s.only("test.suspends"); c.State != ledger.Asked {
		t.Fatalf("eve may: %s\n%s", c.State, s.history(c))
	}
	s.says("sam", ledger.Approve, s.only("test.suspends"))
	if c := s.only("test.suspends"); c.State != ledger.Contained || suspendedProcesses(s) == 0 {
		t.Errorf("%s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	s.whole()
}

// Ann's user did one thing that is open and grave: meanwhile she lets nothing else go, whoever did that.
func TestAnActorOfAnOpenGraveCaseGivesNoOrders(t *testing.T) {
	s := set(t, world.Options{}, ends())
	staffed(s)
	version(s, mallory)
	s.pass(time.Minute)
	grave := s.only("test.ends")
	s.books = append(s.books, suspends(asItIs, launching))
	s.restart()
	version(s, own) // somebody else
	s.pass(time.Minute)
	s.says("ann", ledger.Approve, s.only("test.suspends"))
	if c := s.only("test.suspends"); c.State != ledger.Asked || !strings.Contains(s.history(c), "is an actor of case "+grave.ID) {
		t.Fatalf("%s\n%s", c.State, s.history(c))
	}
	s.says("sam", ledger.Dismiss, grave) // it is closed
	s.says("ann", ledger.Approve, s.only("test.suspends"))
	if c := s.only("test.suspends"); c.State != ledger.Contained {
		t.Errorf("%s\n%s", c.State, s.history(c))
	}
}

// Where that holds for each approver it holds for none: whoever could take over all their users would have switched people off.
func TestNotAllApproversAreKeptFromOrders(t *testing.T) {
	s := set(t, world.Options{}, ends(), suspends(asItIs, launching))
	staffed(s)
	s.policy.Approval.Approvers = []string{"ann@example.com"}
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	s.says("ann", ledger.Approve, s.only("test.suspends"))
	if c := s.only("test.suspends"); strings.Contains(s.history(c), "is an actor of case") || !strings.Contains(s.history(c), "the case is about what ann@example.com did") {
		t.Fatalf("%s\n%s", c.State, s.history(c))
	}
}

// What has no way back takes two different persons in production; the second looks at the same plan. A case that knows of the first
// is of a schema that an older riposte leaves alone.
func TestDestroyingInProductionTakesTwoPersons(t *testing.T) {
	s := set(t, world.Options{}, ends())
	staffed(s)
	version(s, mallory)
	s.pass(time.Minute)
	c := s.only("test.ends")
	if c.Schema != 1 {
		t.Errorf("a case that needs nothing new is of schema %d", c.Schema)
	}
	for _, who := range []string{"sam", "sam", "sam@example.com", "ann", "eve"} {
		s.says(who, ledger.Approve, s.only("test.ends"))
		if c = s.only("test.ends"); c.State != ledger.Asked || c.Revisions[0].Approved != nil {
			t.Fatalf("%s was enough: %s\n%s", who, c.State, s.history(c))
		}
	}
	if c.Schema != 2 || !strings.Contains(s.history(c), "approved by sam (unproven): it takes 2 persons, one of them an approver") {
		t.Errorf("schema %d\n%s", c.Schema, s.history(c))
	}
	s.says("bob", ledger.Approve, c)
	if c = s.only("test.ends"); c.Revisions[0].Approved == nil || c.State == ledger.Asked {
		t.Errorf("two persons were not enough: %s\n%s", c.State, s.history(c))
	}
	s.whole()
}

// An owner whom a tag alone names, as the check saw it, lets be what mends and is not theirs; what contains is not theirs to say.
func TestAnOwnerByTagHasNoWordInContainment(t *testing.T) {
	for _, x := range []struct {
		name string
		do   action.Action
		want ledger.State
	}{
		{"what mends", action.SetSizes{Group: ireland.In(event.Group, "web")}, ledger.Dismissed},
		{"what contains", action.Suspend{Group: ireland.In(event.Group, "web"), Processes: []string{"Launch"}}, ledger.Asked},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := set(t, world.Options{}, playbook.Define(playbook.Spec[struct{}, struct{}]{
				ID: "test.tagged", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}, Severity: playbook.Medium,
				Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
					return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "a version"}}
				},
				Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
					s.Tags = map[string]string{"owner": "tess@example.com"}
					return []playbook.Suspect[struct{}]{s}, nil
				},
				Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan {
					return action.Plan{Steps: []action.Step{action.Try(x.do)}}
				},
			}))
			staffed(s)
			s.org.OwnerTags = []string{"owner"}
			s.policy.Approval.Owner = func(c *ledger.Case) ([]string, bool) { return []string{c.Suspects[0].Tags["owner"]}, true }
			s.restart()
			version(s, mallory)
			s.pass(time.Minute)
			s.says("tess", ledger.Dismiss, s.only("test.tagged"))
			if c := s.only("test.tagged"); c.State != x.want {
				t.Errorf("%s\n%s", c.State, s.history(c))
			}
		})
	}
}
