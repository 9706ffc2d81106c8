package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// launching is the transition of hooks that hold what is launched before it enters service.
const launching = "autoscaling:EC2_INSTANCE_LAUNCHING"

const hooking = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html; one hook a group; that it waits for ever, and that an abandoned " +
	"instance ends while Terminate is suspended: unverified; " + core.UsualSpelling

func hookResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change(hooking, "LifecycleHookName LifecycleTransition", func(_ *core.Call, in *autoscaling.PutLifecycleHookInput, g *group) (*autoscaling.PutLifecycleHookOutput, *core.Refusal) {
			if aws.ToString(in.LifecycleTransition) != launching {
				return nil, core.Refuse("ValidationError", "The world has hooks of launches alone.")
			}
			g.Hook = aws.ToString(in.LifecycleHookName)
			return &autoscaling.PutLifecycleHookOutput{}, nil
		}),
		change(hooking, "LifecycleHookName LifecycleActionResult InstanceId", completeLifecycleAction),
	}}
}

// completeLifecycleAction lets an instance that waits into service, or ends it.
func completeLifecycleAction(c *core.Call, in *autoscaling.CompleteLifecycleActionInput, g *group) (*autoscaling.CompleteLifecycleActionOutput, *core.Refusal) {
	m := g.member(aws.ToString(in.InstanceId))
	if m == nil || m.Hook == "" || m.Hook != aws.ToString(in.LifecycleHookName) {
		return nil, core.Refuse("ValidationError", "No active Lifecycle Action found with instance ID %s", aws.ToString(in.InstanceId))
	}
	m.Hook = ""
	if aws.ToString(in.LifecycleActionResult) != "CONTINUE" {
		endMembers(c.At, g, []*member{m})
		c.After(ec2.ReactionDelay, replaces, g.Name)
	}
	return &autoscaling.CompleteLifecycleActionOutput{}, nil
}

// hold has a hook hold what was just launched, and tells of it.
func (g *group) hold(at core.At, m *member) {
	if m.Hook = g.Hook; m.Hook == "" {
		return
	}
	at.Notify(event.LaunchLifecycle, g.ARN, core.Fields{
		"LifecycleActionToken": at.UUID(), "AutoScalingGroupName": g.Name, "LifecycleHookName": g.Hook, "EC2InstanceId": m.Instance,
		"LifecycleTransition": launching, "Origin": "EC2", "Destination": "AutoScalingGroup",
	})
}
