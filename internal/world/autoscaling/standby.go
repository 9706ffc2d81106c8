package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

func standbyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change(core.UsualSpelling, "InstanceIds ShouldDecrementDesiredCapacity", enterStandby),
		change("refusal while Launch is suspended: its words unverified; "+core.UsualSpelling, "InstanceIds", exitStandby),
	}}
}

// enterStandby takes instances out of service without ending them. The group replaces them unless its desired capacity
// is lowered as well.
func enterStandby(c *core.Call, in *autoscaling.EnterStandbyInput, g *group) (*autoscaling.EnterStandbyOutput, *core.Refusal) {
	members, refused := g.some(in.InstanceIds, false)
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
func exitStandby(c *core.Call, in *autoscaling.ExitStandbyInput, g *group) (*autoscaling.ExitStandbyOutput, *core.Refusal) {
	members, refused := g.some(in.InstanceIds, true)
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

// some are the named members, which have to be in standby, or in service.
func (g *group) some(ids []string, standby bool) ([]*member, *core.Refusal) {
	var all []*member
	for _, id := range ids {
		m := g.member(id)
		if m == nil {
			return nil, core.Refuse("ValidationError", "The instance %s is not part of Auto Scaling group %s.", id, g.Name)
		}
		if m.Standby != standby {
			want := map[bool]string{true: "Standby", false: "InService"}[standby]
			return nil, core.Refuse("ValidationError", "The instance %s is not in %s.", id, want)
		}
		all = append(all, m)
	}
	return all, nil
}
