package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// ladders is a playbook for the tests: the user that changes an instance's attribute loses its key and is denied, by the
// attached policy, else inline.
func ladders() playbook.Definition {
	type facts struct{ User, Key string }
	return playbook.Define(playbook.Spec[struct{}, facts]{
		ID: "test.ladder", Title: "attribute changed", Severity: playbook.High,
		On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[facts] {
			if e.Failed() || e.Actor.UserName != "mallory" {
				return nil
			}
			root := e.Place().In(event.User, e.Actor.UserName)
			return []playbook.Suspect[facts]{{Resource: root, Title: "mallory unprotects", Facts: facts{e.Actor.UserName, e.Actor.AccessKey}}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[facts], _ struct{}) ([]playbook.Suspect[facts], error) {
			return []playbook.Suspect[facts]{s}, nil
		},
		Plan: func(s playbook.Suspect[facts], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{
				action.Try(action.DeactivateKey{User: s.Resource, Key: s.Facts.Key}),
				action.Try(action.AttachUserDeny{User: s.Resource}).Else(action.DenyUser{User: s.Resource, Case: s.Case, Scope: action.Everything}),
			}}
		},
	})
}

func unprotect(s *stage, by aws.Credentials) {
	s.Helper()
	_, err := ec2.NewFromConfig(s.w.Config(ireland, by)).ModifyInstanceAttribute(s.Context(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0cattle"), DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)},
	})
	s.must(err)
}

// attackerIAM calls IAM with mallory's second key.
func attackerIAM(s *stage) *iam.Client {
	p := ireland
	p.Region = "us-east-1"
	return iam.NewFromConfig(s.w.Config(p, second))
}

func detach(s *stage) {
	s.Helper()
	_, err := attackerIAM(s).DetachUserPolicy(s.Context(), &iam.DetachUserPolicyInput{
		UserName: aws.String("mallory"), PolicyArn: aws.String("arn:aws:iam::111122223333:policy/riposte-deny"),
	})
	s.must(err)
}

func TestDenyIsTakenOffAndTheNextRungHolds(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	unprotect(s, mallory)
	s.pass(6 * time.Second) // contained at 5 s, enforced from 9 s on
	detach(s)
	s.pass(10 * time.Minute)
	c := s.only("test.ladder")
	if c.State != ledger.Verified || c.Revisions[0].Steps[1].Rung != 1 {
		t.Fatalf("%s, at rung %d", c.State, c.Revisions[0].Steps[1].Rung)
	}
	if after := c.Times.Contained.Sub(c.Times.Received); after != 6*time.Second {
		t.Errorf("contained again %s after the first record: the detachment's own record took 5 s and had to be enough\n%s", after, s.history(c))
	}
	if _, err := attackerIAM(s).ListUsers(t.Context(), nil); err == nil {
		t.Error("the second key still works")
	}
	s.whole()
}

func TestOneStaleLookDoesNotEscalate(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	unprotect(s, mallory)
	s.pass(6 * time.Second)
	detach(s)
	s.pass(3900 * time.Millisecond) // to 9.9 s: no round, no record yet
	if c := s.only("test.ladder"); c.Revisions[0].Steps[1].Rung != 0 {
		t.Error("escalated before anything was seen")
	}
}

func TestFlappingNeverSwitchesTheDefenceOff(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.pass(10 * time.Second)
	for range 5 { // every time, the group is let loose again
		resume(s)
		s.pass(20 * time.Second)
		if n := suspendedProcesses(s); n != len(action.Processes()) {
			t.Fatalf("%d processes are suspended", n)
		}
	}
	s.pass(10 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified || c.Paged == "" {
		t.Errorf("%s, paged %q", c.State, c.Paged)
	}
}

func TestUndoOfSeveralFindingsInOneCase(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	for _, key := range []aws.Credentials{mallory, second, mallory} {
		unprotect(s, key) // before riposte hears of it: one case, a plan for each key, one deny that both want
	}
	s.pass(5 * time.Minute)
	c := s.only("test.ladder")
	if len(c.Suspects) != 2 || len(c.Revisions) != 2 || c.State != ledger.Verified {
		t.Fatalf("%d revisions, %s", len(c.Revisions), c.State)
	}
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	effects, err := s.store.Effects(t.Context())
	s.must(err)
	if c = s.only("test.ladder"); c.State != ledger.Undone || len(effects) != 0 {
		t.Errorf("%s, %d effects left: %s", c.State, len(effects), steps(c))
	}
	unprotect(s, mallory) // the key works again
}
