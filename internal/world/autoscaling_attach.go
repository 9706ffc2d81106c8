package world

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

func attachOperations() []operation {
	return []operation{
		define(spec[autoscaling.AttachInstancesInput, autoscaling.AttachInstancesOutput]{
			name: "autoscaling.AttachInstances", write: true,
			basis: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-attach-detach-instances.html" + unrecorded,
			knows: "AutoScalingGroupName InstanceIds",
			needs: func(c *call, in *autoscaling.AttachInstancesInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:    attachInstances,
		}),
		define(spec[autoscaling.DetachInstancesInput, autoscaling.DetachInstancesOutput]{
			name: "autoscaling.DetachInstances", write: true,
			basis:    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-attach-detach-instances.html" + unrecorded,
			knows:    "AutoScalingGroupName InstanceIds ShouldDecrementDesiredCapacity",
			needs:    func(c *call, in *autoscaling.DetachInstancesInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:       detachInstances,
			response: func(_ *call, out *autoscaling.DetachInstancesOutput) any { return camel(out) },
		}),
	}
}

// attachInstances puts running instances that belong to no group into one, which raises its desired capacity. The group's tag
// is written on them, as on those that the group launched itself.
func attachInstances(c *call, in *autoscaling.AttachInstancesInput) (*autoscaling.AttachInstancesOutput, *refusal) {
	g, refused := c.at(c.place).group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
	if g.Desired+len(in.InstanceIds) > g.Max {
		return nil, refuse("ValidationError", "Invalid Instances: attaching %d instances would exceed max-size=%d.", len(in.InstanceIds), g.Max)
	}
	found, refused := c.at(c.place).instances(in.InstanceIds)
	if refused != nil {
		return nil, refuse("ValidationError", "Invalid Instance ID(s): %s", refused.message)
	}
	for _, i := range found {
		if i.State != "running" || c.groupOf(i.ID) != nil {
			return nil, refuse("ValidationError", "Instance %s is not in correct state, or belongs to a group.", i.ID)
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
func detachInstances(c *call, in *autoscaling.DetachInstancesInput) (*autoscaling.DetachInstancesOutput, *refusal) {
	g, members, refused := c.membersOf(in.AutoScalingGroupName, in.InstanceIds, false)
	if refused != nil {
		return nil, refused
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-len(members) < g.Min {
			return nil, refuse("ValidationError", "AutoScalingGroup %s has min-size=%d: detaching %d instances would fall below it.", g.Name, g.Min, len(members))
		}
		g.Desired -= len(members)
	}
	out := &autoscaling.DetachInstancesOutput{}
	for _, m := range slices.Clone(members) {
		if i, ok := c.at(c.place).Instances[m.Instance]; ok {
			delete(i.Tags, groupTag)
		}
		g.drop(m)
		out.Activities = append(out.Activities, c.activity(g, "Detaching EC2 instance: "+m.Instance))
	}
	c.after(reaction, replaces, c.place, g.Name)
	return out, nil
}
