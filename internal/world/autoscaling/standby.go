package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

func standbyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.EnterStandbyInput, autoscaling.EnterStandbyOutput]{
			Write: true, Basis: core.UsualSpelling,
			Knows:    "AutoScalingGroupName InstanceIds ShouldDecrementDesiredCapacity",
			Needs:    ofGroup[autoscaling.EnterStandbyInput],
			Answer:   enterStandby,
			Response: answered[autoscaling.EnterStandbyOutput],
		}),
		core.Define(core.Spec[autoscaling.ExitStandbyInput, autoscaling.ExitStandbyOutput]{
			Write: true, Basis: "refusal while Launch is suspended: its words unverified; " + core.UsualSpelling,
			Knows:    "AutoScalingGroupName InstanceIds",
			Needs:    ofGroup[autoscaling.ExitStandbyInput],
			Answer:   exitStandby,
			Response: answered[autoscaling.ExitStandbyOutput],
		}),
	}}
}

// enterStandby takes instances out of service without ending them. The group replaces them unless its desired capacity
// is lowered as well.
func enterStandby(c *core.Call, in *autoscaling.EnterStandbyInput) (*autoscaling.EnterStandbyOutput, *core.Refusal) {
	g, members, refused := membersOf(c, in.AutoScalingGroupName, in.InstanceIds, false)
	if refused != nil {
		return nil, refused
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-len(members) < g.Min {
			return nil, core.Refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To place into standby %d instance, please update the AutoScalingGroup sizes appropriately.",
				g.Name, g.Min, g.Max, g.Desired, len(members))
		}
		g.Desired -= len(members)
	}
	out := &autoscaling.EnterStandbyOutput{}
	for _, m := range members {
		m.Standby = true
		out.Activities = append(out.Activities, activity(c, g, "Moving EC2 instance to Standby: "+m.Instance))
	}
	c.After(ec2.ReactionDelay, replaces, g.Name)
	return out, nil
}

// exitStandby puts them back, which raises the desired capacity and needs the Launch process:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
func exitStandby(c *core.Call, in *autoscaling.ExitStandbyInput) (*autoscaling.ExitStandbyOutput, *core.Refusal) {
	g, members, refused := membersOf(c, in.AutoScalingGroupName, in.InstanceIds, true)
	if refused != nil {
		return nil, refused
	}
	if !g.runs("Launch") {
		return nil, core.Refuse("ValidationError", "Instances may not be moved out of Standby while the Launch process is suspended.")
	}
	if g.Desired+len(members) > g.Max {
		return nil, core.Refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To take %d instance out of standby, please update the AutoScalingGroup sizes appropriately.",
			g.Name, g.Min, g.Max, g.Desired, len(members))
	}
	out := &autoscaling.ExitStandbyOutput{}
	for _, m := range members {
		m.Standby = false
		g.Desired++
		out.Activities = append(out.Activities, activity(c, g, "Moving EC2 instance out of Standby: "+m.Instance))
	}
	c.After(ec2.ReactionDelay, replaces, g.Name)
	return out, nil
}

func membersOf(c *core.Call, name *string, ids []string, standby bool) (*group, []*member, *core.Refusal) {
	g, refused := groups.Find(c.At, name)
	if refused != nil {
		return nil, nil, refused
	}
	var all []*member
	for _, id := range ids {
		m := g.member(id)
		if m == nil {
			return nil, nil, core.Refuse("ValidationError", "The instance %s is not part of Auto Scaling group %s.", id, g.Name)
		}
		if m.Standby != standby {
			want := map[bool]string{true: "Standby", false: "InService"}[standby]
			return nil, nil, core.Refuse("ValidationError", "The instance %s is not in %s.", id, want)
		}
		all = append(all, m)
	}
	return g, all, nil
}
