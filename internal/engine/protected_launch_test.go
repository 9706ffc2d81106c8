package engine_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// An instance that was launched so that it can't be terminated is stopped: with the playbook as it is shipped.
func TestAProtectedLaunchIsStopped(t *testing.T) {
	s := set(t, world.Options{}, launch.UnapprovedImage())
	out, err := clients{w: s.w, by: mallory}.ec2(ireland).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), DisableApiTermination: aws.Bool(true),
	})
	s.must(err)
	s.pass(10 * time.Minute)
	if c := s.only(image); c.State != ledger.Verified || steps(c) != "done" {
		t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
	now, err := clients{w: s.w, by: own}.ec2(ireland).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{*out.Instances[0].InstanceId}})
	s.must(err)
	if got := now.Reservations[0].Instances[0].State.Name; got != "stopped" {
		t.Errorf("the instance is %s", got)
	}
}
