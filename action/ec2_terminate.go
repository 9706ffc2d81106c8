package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// terminateKind is the end of an instance.
var terminateKind = Define[Terminate](Kind{
	Name: "ec2.terminate", Version: 1, Does: "terminate an instance", Class: Destroy, Tier: TierDestroy,
	Final:  "a terminated instance is gone for good",
	Reads:  []call.ID{call.EC2DescribeInstances},
	Writes: []call.ID{call.EC2TerminateInstances},
})

// Terminate wants an instance gone. A protected one refuses, which is definitive: riposte never switches a protection
// off, since a defence that can do that can be used for it. The next rung isolates, or a person decides.
type Terminate struct{ Instance event.Resource }

// About is the action as data.
func (t Terminate) About() About {
	return About{Kind: terminateKind, Target: t.Instance, Hits: "instance " + t.Instance.ID + ", which is gone for good"}
}

// Look reads the instance's state. An instance on its way out is out.
func (t Terminate) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, t.Instance)
	switch {
	case err != nil:
		return Look{}, err
	case i == nil:
		return Look{Missing: "the instance is gone"}, nil
	}
	return Look{Satisfied: ended(i)}, nil
}

// Do asks for one instance at a time: of a batch, one protected instance would save others.
func (t Terminate) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(t.Instance.Place()).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{t.Instance.ID}})
	return Refused(fmt.Sprintf("terminate instance %q", t.Instance.ID), err)
}

// lookInstance reads one instance; nil where there is none, which EC2 says about an hour after its end.
func lookInstance(ctx context.Context, r access.Reads, i event.Resource) (*types.Instance, error) {
	out, err := r.EC2(i.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{i.ID}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read instance %q: %w", i.ID, err)
	}
	for _, reservation := range out.Reservations {
		for _, found := range reservation.Instances {
			if aws.ToString(found.InstanceId) == i.ID {
				return &found, nil
			}
		}
	}
	return nil, nil
}

// ended reports whether nothing about the instance matters any more.
func ended(i *types.Instance) bool {
	return i.State != nil && (i.State.Name == types.InstanceStateNameTerminated || i.State.Name == types.InstanceStateNameShuttingDown)
}
