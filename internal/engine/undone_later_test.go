package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// One call opens the group that every isolated machine of the VPC is in: it names none of them.
func TestAnIsolatingGroupThatIsOpenedLaterIsSeen(t *testing.T) {
	s := furnish(t)
	_, err := clients{w: s.w, by: mallory}.ec2(ireland).ModifyInstanceAttribute(t.Context(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0cattle"), Groups: []string{"sg-0web"},
	})
	s.must(err)
	s.pass(10 * time.Minute)
	if c := s.only("test.all"); c.State != ledger.Verified {
		t.Fatalf("%s: %s", c.State, steps(c))
	}
	_, err = clients{w: s.w, by: own}.ec2(ireland).AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0isolated"), IpProtocol: aws.String("-1"), CidrIp: aws.String("0.0.0.0/0"),
	})
	s.must(err)
	s.pass(time.Hour)
	if c := s.only("test.all"); c.State == ledger.Verified || c.Paged == "" {
		t.Errorf("opened, and it is %s, paged %q\n%s", c.State, c.Paged, s.history(c))
	}
}

// What an attacker does where riposte is told to watch only must not stand for the same where it acts.
func TestADecoyWhereRiposteOnlyWatchesStandsForNothingElse(t *testing.T) {
	const ohio = `      us-east-2:
        images: [{id: ami-0dddddddddddddddd, name: golden2, created: 2029-11-01T00:00:00Z}]
        instances: [{id: i-0decoy, image: ami-0dddddddddddddddd, type: t3.micro, protected: true}]
`
	at := strings.LastIndex(shop, "      eu-west-1:\n")
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	s := setOn(t, shop[:at]+ohio+shop[at:], store, world.Options{}, launch.TerminationUnprotected())
	s.policy.Regions = []string{"eu-west-1"}
	s.restart()
	s.demolishes("us-east-2", "i-0decoy")
	s.must(s.w.AdvanceTo(s.w.Now().Add(time.Second)))
	s.demolishes("eu-west-1", "i-0cattle")
	s.must(s.w.AdvanceTo(s.w.Now().Add(30 * time.Second))) // both are gone when riposte looks
	s.pass(10 * time.Minute)
	if !denied(s, "mallory") {
		t.Errorf("mallory is not denied:\n%s", s.histories(s.all()))
	}
}

// demolishes switches every protection off and terminates.
func (s *stage) demolishes(region, id string) {
	s.Helper()
	p := ireland
	p.Region = region
	c, off := ec2.NewFromConfig(s.w.Config(p, mallory)), &types.AttributeBooleanValue{Value: aws.Bool(false)}
	for _, in := range []*ec2.ModifyInstanceAttributeInput{{InstanceId: &id, DisableApiTermination: off}, {InstanceId: &id, DisableApiStop: off}} {
		_, err := c.ModifyInstanceAttribute(s.Context(), in)
		s.must(err)
	}
	_, err := c.TerminateInstances(s.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	s.must(err)
}

// stale is an AWS whose IAM shows, until a moment, that the deny is attached.
type stale struct {
	*stage
	until time.Time
}

func (a *stale) Reads() access.Reads { return staleReads{a.stage.Reads(), a} }

type staleReads struct {
	access.Reads
	of *stale
}

func (r staleReads) IAM(p event.Place) access.IAMReads { return staleIAM{r.Reads.IAM(p), r.of} }

type staleIAM struct {
	access.IAMReads
	of *stale
}

func (i staleIAM) ListAttachedUserPolicies(ctx context.Context, in *iam.ListAttachedUserPoliciesInput, with ...func(*iam.Options)) (*iam.ListAttachedUserPoliciesOutput, error) {
	if i.of.w.Now().Before(i.of.until) {
		return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: []iamtypes.AttachedPolicy{{PolicyArn: aws.String(denyPolicy), PolicyName: aws.String("riposte-deny")}}}, nil
	}
	return i.IAMReads.ListAttachedUserPolicies(ctx, in, with...)
}

// IAM shows what was so for some seconds: one look that finds the deny is not the end of it.
func TestOneStaleLookDoesNotEndIt(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	old := &stale{stage: s}
	s.aws = old
	s.restart()
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	undeny(s)
	old.until = s.w.Now().Add(20 * time.Second)
	s.pass(10 * time.Minute)
	if !denied(s, "mallory") {
		c := s.only("test.ladder")
		t.Errorf("undone by a call that names her, and not contained again: %s\n%s", c.State, s.history(c))
	}
}

// Another case of the root answers for what it wants itself, and for nothing else.
func TestAnotherCaseAnswersOnlyForWhatItWants(t *testing.T) {
	s := set(t, world.Options{}, keysOnly())
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	unprotect(s, second) // a second case, about the second key
	s.pass(12 * time.Second)
	_, err := clients{w: s.w, by: own}.iam(ireland).UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{
		UserName: aws.String("mallory"), AccessKeyId: aws.String(mallory.AccessKeyID), Status: iamtypes.StatusTypeActive,
	})
	s.must(err)
	s.pass(time.Hour)
	if !s.keyIsOff() {
		t.Errorf("the first key is on again:\n%s", s.histories(s.all()))
	}
}

// keysOnly is a playbook that switches off the key which touched an instance.
func keysOnly() playbook.Definition {
	type facts struct{ Key string }
	return playbook.Define(playbook.Spec[struct{}, facts]{
		ID: "test.keys", Title: "a key", Severity: playbook.High,
		On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[facts] {
			return []playbook.Suspect[facts]{{Resource: e.Place().In(event.User, "mallory"), Title: "touched", Facts: facts{e.Actor.AccessKey}}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[facts], _ struct{}) ([]playbook.Suspect[facts], error) {
			return []playbook.Suspect[facts]{s}, nil
		},
		Plan: func(s playbook.Suspect[facts], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.DeactivateKey{User: s.Resource, Key: s.Facts.Key})}}
		},
	})
}

// A brake holds every taking back, that of what was done before a look too.
func TestABrakeHoldsTheTakingBackOfWhatWasDoneBeforeALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, let := throttled(t)
		on := switchOff("i-0cattle")
		*on.DisableApiTermination.Value = true
		_, err := clients{w: s.w, by: own}.ec2(ireland).ModifyInstanceAttribute(t.Context(), on)
		s.must(err)
		s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
		let()
		s.pass(time.Minute)
		if !s.keyIsOff() || !denied(s, "mallory") {
			t.Errorf("halted, and taken back: key off %v, denied %v", s.keyIsOff(), denied(s, "mallory"))
		}
		_, err = s.store.Release(t.Context(), s.w.Now(), "all", "sam")
		s.must(err)
		s.pass(10 * time.Minute)
		if s.keyIsOff() || denied(s, "mallory") {
			t.Errorf("released, and not taken back: key off %v, denied %v", s.keyIsOff(), denied(s, "mallory"))
		}
	})
}
