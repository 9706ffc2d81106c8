package app_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Terraform switches the protection off before every destroy, months after the launch, and again where the destroy is tried again. A
// question about it would be answered by nobody, and the instance is gone.
func TestDestroyingWhatWasLaunchedUnprotectedAsksNobody(t *testing.T) {
	d, ctx := begin(t), t.Context()
	out, err := d.pipeline().ec2.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0900d1ea9e0900d2e"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	d.must(err)
	mine := out.Instances[0].InstanceId
	d.pass(3 * time.Hour)
	for range 2 {
		_, err = d.pipeline().ec2.ModifyInstanceAttribute(ctx, &ec2.ModifyInstanceAttributeInput{InstanceId: mine, DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}})
		d.must(err)
		d.pass(2 * time.Minute)
	}
	_, err = d.pipeline().ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{*mine}})
	d.must(err)
	d.pass(time.Hour)
	cases, err := d.store.Cases(ctx, ledger.Filter{})
	d.must(err)
	looked := 0
	for _, c := range cases {
		if c.Playbook != "launch.termination-unprotected" {
			continue
		}
		if looked++; c.State != ledger.Dismissed {
			t.Errorf("%s is %s: %s", c.Title, c.State, c.Reason)
		}
	}
	if looked == 0 {
		t.Error("the call was not looked at")
	}
}
