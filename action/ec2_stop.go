package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// stopKind ends what runs on an instance and keeps the instance: the rung below or beside its termination, which a
// protected one refuses.
var stopKind = Define[Stop](Kind{
	Name: "ec2.stop", Version: 1, Does: "stop an instance", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.EC2DescribeInstances},
	Writes:   []call.ID{call.EC2StopInstances},
	UndoneBy: []call.ID{call.EC2StartInstances},
})

var startKind = Define[Start](Kind{
	Name: "ec2.start", Version: 1, Does: "start an instance that was stopped", Class: Mend, Tier: TierContain,
	Reads:    []call.ID{call.EC2DescribeInstances},
	Writes:   []call.ID{call.EC2StartInstances},
	UndoneBy: []call.ID{call.EC2StopInstances},
})

// Stop wants an instance stopped. EC2 refuses for good where disableApiStop is set, where the root device is an instance
// store, and of a spot instance that was requested once. What lies in memory and on instance stores is lost, and so is a
// public address that is not elastic; all else is there when the instance is started again.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html
type Stop struct{ Instance event.Resource }

// Start wants an instance running that was stopped.
type Start struct{ Instance event.Resource }

// About is the action as data.
func (s Stop) About() About {
	return About{Kind: stopKind, Target: s.Instance}
}

// Look reads the instance's state. An instance on its way to a stop stops.
func (s Stop) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, s.Instance)
	if err != nil || i == nil || ended(i) {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	if stopped(i) {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Start(s)}, nil
}

// Do asks for one instance at a time: of a batch, one protected instance would save others. The stop is not forced, which
// would keep the instance from writing its caches.
func (s Stop) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(s.Instance.Place()).StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{s.Instance.ID}})
	return Refused(fmt.Sprintf("stop instance %q", s.Instance.ID), err)
}

// About is the action as data.
func (s Start) About() About {
	return About{Kind: startKind, Target: s.Instance}
}

// Look reads the instance's state. One that is still stopping can't be started yet: EC2 says so, and the case looks again.
func (s Start) Look(ctx context.Context, r access.Reads) (Look, error) {
	i, err := lookInstance(ctx, r, s.Instance)
	if err != nil || i == nil || ended(i) {
		return Look{Missing: "the instance is terminated"}.unless(err)
	}
	if !stopped(i) {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: Stop(s)}, nil
}

// Do starts the instance.
func (s Start) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(s.Instance.Place()).StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{s.Instance.ID}})
	return Refused(fmt.Sprintf("start instance %q", s.Instance.ID), err)
}

// stopped reports whether the instance runs no more, or is about to.
func stopped(i *types.Instance) bool {
	return i.State != nil && (i.State.Name == types.InstanceStateNameStopped || i.State.Name == types.InstanceStateNameStopping)
}
