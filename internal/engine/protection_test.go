package engine_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

func switchOff(id string) *ec2.ModifyInstanceAttributeInput {
	return &ec2.ModifyInstanceAttributeInput{InstanceId: aws.String(id), DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}}
}

// Terraform switches termination protection off before every instance that it destroys, also where there was none. Where the launch
// showed that there was none, nobody is asked; its user goes on working, and is contained once it unprotects what was protected.
func TestTheOwnerOfWhatWasNeverProtectedIsNotLockedOut(t *testing.T) {
	s := set(t, world.Options{}, launch.TerminationUnprotected())
	owner := ec2.NewFromConfig(s.w.Config(ireland, mallory))
	out, err := owner.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	s.must(err)
	own := aws.ToString(out.Instances[0].InstanceId)
	s.pass(time.Minute)

	_, err = owner.ModifyInstanceAttribute(t.Context(), switchOff(own))
	s.must(err)
	_, err = owner.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{own}})
	s.must(err)
	s.pass(2 * time.Minute)
	if c := s.only(launch.TerminationUnprotected().ID); c.State != ledger.Dismissed || !c.Times.FirstChange.IsZero() {
		t.Fatalf("%s, first change at %s", c.State, c.Times.FirstChange)
	}
	_, err = owner.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	s.must(err)

	_, err = owner.ModifyInstanceAttribute(t.Context(), switchOff("i-0cattle"))
	s.must(err)
	s.pass(time.Minute)
	if _, err = owner.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0cattle"}}); err == nil {
		t.Error("what was protected could be terminated a minute later")
	}
	open, err := s.store.Cases(t.Context(), ledger.Filter{Open: true})
	s.must(err)
	if len(open) != 1 || open[0].Times.FirstChange.IsZero() {
		t.Errorf("nothing was changed: %+v", open)
	}
}
