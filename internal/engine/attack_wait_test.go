package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// What happens while a case waits: the world and the configuration go on meanwhile, and so does the attacker.

// asks is a policy in which every step waits for a person.
func asks(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }

// suspends is a playbook of the test's own making: the group whose template gets a version is suspended, as what
// the check finds then says.
func suspends(found func(*playbook.Suspect[struct{}]) error, processes func() []string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.suspends", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.LaunchTemplate, "web"), Title: "a version by " + e.Actor.UserName}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			if err := found(&s); err != nil {
				return nil, err
			}
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: s.Resource.Place().In(event.Group, "web"), Processes: processes()})}}
		},
	})
}

func asItIs(*playbook.Suspect[struct{}]) error { return nil }

func launching() []string { return []string{"Launch"} }

// toTheGroup finds the group in place of its template, from a moment on.
func toTheGroup(moved *bool) func(*playbook.Suspect[struct{}]) error {
	return func(x *playbook.Suspect[struct{}]) error {
		if *moved {
			x.Resource = x.Resource.Place().In(event.Group, "web")
		}
		return nil
	}
}

// version adds a version to the group's template.
func version(s *stage, by aws.Credentials) {
	s.Helper()
	_, err := clients{w: s.w, by: by}.ec2(ireland).CreateLaunchTemplateVersion(s.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("1"), LaunchTemplateData: &types.RequestLaunchTemplateData{},
	})
	s.must(err)
}

func (s *stage) all() []*ledger.Case {
	s.Helper()
	cases, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	return cases
}

// The facts are the same, and the configuration makes another plan of them: what a person approved is not what would be done.
func TestAnotherPlanForTheSameFactsAsksAgain(t *testing.T) {
	processes := launching()
	s := set(t, world.Options{}, suspends(asItIs, func() []string { return processes }))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	s.order(s.only("test.suspends"), ledger.Order{Verb: ledger.Approve, Revision: 1})
	processes = []string{"Launch", "Terminate"}
	s.pass(time.Minute)
	c := s.only("test.suspends")
	if c.State != ledger.Asked || len(c.Revisions) != 2 || c.Revisions[0].Superseded != 2 || suspendedProcesses(s) != 0 {
		t.Errorf("%s, %d revisions, %d processes suspended", c.State, len(c.Revisions), suspendedProcesses(s))
	}
}

// While a person is asked, the attacker gives the resource to another root: the finding goes on there, and is not let go.
func TestWhatMovesWhileItWaitsIsAnsweredWhereItWent(t *testing.T) {
	moved := false
	s := set(t, world.Options{}, suspends(toTheGroup(&moved), launching))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	moved = true
	s.order(s.only("test.suspends"), ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(time.Minute)
	cases := s.all()
	if len(cases) != 2 || cases[0].State != ledger.Superseded || cases[0].SupersededBy != cases[1].ID || suspendedProcesses(s) != 0 {
		t.Fatalf("%d cases, the first is %s", len(cases), cases[0].State)
	}
	if there := cases[1]; there.State != ledger.Asked || there.Root.Type != event.Group {
		t.Errorf("the second is %s, of %s", there.State, there.Root)
	}
}

// The same while riposte acts: AWS does not answer its first look, and nothing was begun.
func TestWhatMovesBeforeTheFirstChangeIsAnsweredWhereItWent(t *testing.T) {
	moved := false
	s := set(t, world.Options{}, suspends(toTheGroup(&moved), launching))
	s.w.Fail("autoscaling", "DescribeAutoScalingGroups", 60, &smithy.GenericAPIError{Code: "InternalFailure", Fault: smithy.FaultServer})
	version(s, mallory)
	s.pass(10 * time.Second)
	if c := s.only("test.suspends"); c.State != ledger.Acting {
		t.Fatalf("%s: %s", c.State, steps(c))
	}
	moved = true
	s.pass(time.Hour)
	cases := s.all()
	if len(cases) != 2 || cases[0].State != ledger.Superseded || cases[1].State != ledger.Verified || suspendedProcesses(s) != 1 {
		t.Errorf("%d cases, the first is %s: %s", len(cases), cases[0].State, cases[0].Error)
	}
}

// Mallory can make one look fail, in a region that riposte may not read: the others are answered, and when they are
// verified that one is still looked at.
func TestASuspectThatCantBeReadIsNotForgotten(t *testing.T) {
	unread := true
	s := set(t, world.Options{}, suspends(func(x *playbook.Suspect[struct{}]) error {
		if unread && x.Title == "a version by riposte" {
			return &smithy.GenericAPIError{Code: "UnauthorizedOperation", Message: "kept out by an SCP"}
		}
		return nil
	}, launching))
	version(s, own)
	version(s, mallory)
	s.pass(20 * time.Minute)
	c := s.only("test.suspends")
	if c.State != ledger.Acting || steps(c) != "done" || suspendedProcesses(s) != 1 || c.Error == "" {
		t.Fatalf("%s: %s, error %q", c.State, steps(c), c.Error)
	}
	unread = false
	s.pass(20 * time.Minute)
	if c = s.only("test.suspends"); c.State != ledger.Verified || len(c.Revisions) != 2 || c.Error != "" {
		t.Errorf("%s, %d revisions, error %q", c.State, len(c.Revisions), c.Error)
	}
}

// Trusted automation adds a version, mallory does the same a moment later: the plan is the same, the judgement is not.
func TestTheSamePlanByAnotherCallerIsJudgedForItself(t *testing.T) {
	s := set(t, world.Options{}, suspends(asItIs, launching))
	s.policy.Trusted = []gate.Trust{{Issuer: s.principal("riposte"), Playbooks: []string{"test.*"}}}
	s.restart()
	version(s, own)
	version(s, mallory)
	s.pass(10 * time.Minute)
	c := s.only("test.suspends")
	if c.State != ledger.Verified || steps(c) != "except; done" || suspendedProcesses(s) != 1 {
		t.Errorf("%s: %s, %d processes suspended", c.State, steps(c), suspendedProcesses(s))
	}
}
