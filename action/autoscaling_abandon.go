package action

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// abandonKind answers a group's launch hook for an instance that may not enter service. Auto Scaling ends the instance, so that it has the
// class and the tier of ec2.terminate.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
var abandonKind = Define[AbandonLaunch](Kind{
	Name: "autoscaling.abandon-launch", Version: 1, Does: "abandon a launch that a lifecycle hook holds", Class: Destroy, Tier: TierDestroy,
	Final:  "Auto Scaling ends an instance whose launch is abandoned, and it is gone for good",
	Reads:  []call.ID{call.AutoScalingDescribeAutoScalingGroups, call.EC2DescribeInstances},
	Writes: []call.ID{call.AutoScalingCompleteLifecycleAction},
})

// AbandonLaunch wants an instance that waits in a launch hook never to enter service. It never lets one in: an approved instance is for the
// hook's owner to answer. One that does not wait any more is past it, and what else is planned sees to it.
type AbandonLaunch struct {
	Instance event.Resource
	Group    string
	Hook     string
}

// About is the action as data.
func (a AbandonLaunch) About() About {
	return About{
		Kind: abandonKind, Target: a.Instance, Hits: "instance " + a.Instance.ID + ", which is gone for good",
		Concerns: []event.Resource{a.Instance.Place().In(event.Group, a.Group)},
	}
}

// Look reads whether the instance still waits.
func (a AbandonLaunch) Look(ctx context.Context, r access.Reads) (Look, error) {
	state, gone, err := lifecycle(ctx, r, a.Instance, a.Group)
	if err != nil {
		return Look{}, err
	}
	if gone != "" { // as it is once Auto Scaling has ended it
		i, err := lookInstance(ctx, r, a.Instance)
		if err == nil && i != nil && ended(i) {
			return Look{Satisfied: true}, nil
		}
		return Look{Missing: gone}.unless(err)
	}
	switch {
	case strings.HasPrefix(string(state), "Terminat"): // Terminating, Terminating:Wait, Terminated
		return Look{Satisfied: true}, nil
	case state != types.LifecycleStatePendingWait:
		return Look{Missing: "no launch hook holds the instance any more"}, nil
	}
	return Look{}, nil
}

// Do names the instance in place of the notice's token, which is then kept nowhere.
func (a AbandonLaunch) Do(ctx context.Context, w access.Writes) error {
	_, err := w.AutoScaling(a.Instance.Place()).CompleteLifecycleAction(ctx, &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: aws.String(a.Group), LifecycleHookName: aws.String(a.Hook), InstanceId: aws.String(a.Instance.ID),
		LifecycleActionResult: aws.String("ABANDON"),
	})
	if code(err) == "ValidationError" && strings.Contains(err.Error(), "No active Lifecycle Action") {
		return nil // it was answered: whether the instance ends is what looking again shows
	}
	return Refused(fmt.Sprintf("abandon the launch of instance %q", a.Instance.ID), err)
}
