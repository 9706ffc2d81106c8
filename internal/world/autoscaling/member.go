package autoscaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// member is an instance as its group sees it.
type member struct {
	Instance string
	Standby  bool
	Hook     string    // that holds it before it enters service
	Lost     time.Time // when its instance stopped or ended, zero while it is well
}

const attaching = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-attach-detach-instances.html; " + core.UsualSpelling

func memberResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change(attaching, "InstanceIds", attachInstances),
		change(attaching, "InstanceIds ShouldDecrementDesiredCapacity", detachInstances),
		core.Define(core.Spec[autoscaling.TerminateInstanceInAutoScalingGroupInput, autoscaling.TerminateInstanceInAutoScalingGroupOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "InstanceId ShouldDecrementDesiredCapacity",
			Needs: func(c *core.Call, in *autoscaling.TerminateInstanceInAutoScalingGroupInput) []core.Need {
				if g := groupOf(c, aws.ToString(in.InstanceId)); g != nil {
					return onGroup(c, aws.String(g.Name))
				}
				return onGroup(c, aws.String("*"))
			},
			Answer: terminateInGroup, Response: func(_ *core.Call, out *autoscaling.TerminateInstanceInAutoScalingGroupOutput) any {
				return core.Camel(out)
			},
		}),
	}}
}

// attachInstances puts running instances that belong to no group into one, which raises its desired capacity. The group's tag
// is written on them, as on those that the group launched itself.
func attachInstances(c *core.Call, in *autoscaling.AttachInstancesInput, g *group) (*autoscaling.AttachInstancesOutput, *core.Refusal) {
	if g.Desired+len(in.InstanceIds) > g.Max {
		return nil, core.Refuse("ValidationError", "Invalid Instances: attaching %d instances would exceed max-size=%d.", len(in.InstanceIds), g.Max)
	}
	found, refused := ec2.Instances().Some(c.At, in.InstanceIds)
	if refused != nil {
		return nil, core.Refuse("ValidationError", "Invalid Instance ID(s): %s", refused.Message)
	}
	for _, i := range found {
		if i.State != "running" || groupOf(c, i.ID) != nil {
			return nil, core.Refuse("ValidationError", "Instance %s is not in correct state, or belongs to a group.", i.ID)
		}
	}
	for _, i := range found {
		i.Tags[groupTag] = g.Name
		g.Members = append(g.Members, &member{Instance: i.ID})
		g.Desired++
	}
	return &autoscaling.AttachInstancesOutput{}, nil
}

// detachInstances takes instances out of their group, alive; the group replaces them unless its capacity is lowered too.
func detachInstances(c *core.Call, in *autoscaling.DetachInstancesInput, g *group) (*autoscaling.DetachInstancesOutput, *core.Refusal) {
	members, refused := g.some(in.InstanceIds, false)
	if refused != nil {
		return nil, refused
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-len(members) < g.Min {
			return nil, core.Refuse("ValidationError", "AutoScalingGroup %s has min-size=%d: detaching %d instances would fall below it.", g.Name, g.Min, len(members))
		}
		g.Desired -= len(members)
	}
	out := &autoscaling.DetachInstancesOutput{}
	for _, m := range slices.Clone(members) {
		if i, ok := ec2.Instances().Of(c.At)[m.Instance]; ok {
			delete(i.Tags, groupTag)
		}
		g.drop(m)
		out.Activities = append(out.Activities, activity(c, g, "Detaching EC2 instance: "+m.Instance))
	}
	c.After(ec2.ReactionDelay, replaces, g.Name)
	return out, nil
}

// terminateInGroup ends one instance by its group; termination protection does not bind it.
func terminateInGroup(c *core.Call, in *autoscaling.TerminateInstanceInAutoScalingGroupInput) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, *core.Refusal) {
	id := aws.ToString(in.InstanceId)
	g := groupOf(c, id)
	if g == nil {
		return nil, core.Refuse("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", id)
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-1 < g.Min {
			return nil, core.Refuse("ValidationError", "Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.Min)
		}
		g.Desired--
	}
	endMembers(c.At, g, []*member{g.member(id)})
	c.After(ec2.ReactionDelay, replaces, g.Name)
	activity := activity(c, g, "Terminating EC2 instance: "+id)
	return &autoscaling.TerminateInstanceInAutoScalingGroupOutput{Activity: &activity}, nil
}

func groupOf(c *core.Call, instance string) *group {
	for _, g := range groups.Of(c.At) {
		if g.member(instance) != nil {
			return g
		}
	}
	return nil
}

func activity(c *core.Call, g *group, what string) types.Activity {
	return types.Activity{
		ActivityId: aws.String(c.UUID()), AutoScalingGroupName: aws.String(g.Name), AutoScalingGroupARN: aws.String(g.ARN),
		Description: aws.String(what), StartTime: aws.Time(c.Now), StatusCode: types.ScalingActivityStatusCodeInProgress, Progress: aws.Int32(50),
		Cause: aws.String(fmt.Sprintf("At %s a user request was made: %s.", core.Stamp(c.Now), what)),
	}
}
