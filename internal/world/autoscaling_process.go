package world

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// suspendProcesses adds to what is suspended; naming none suspends all.
func suspendProcesses(c *call, in *autoscaling.SuspendProcessesInput) (*autoscaling.SuspendProcessesOutput, *refusal) {
	g, named, refused := c.processesOf(in.AutoScalingGroupName, in.ScalingProcesses)
	for _, p := range named {
		if g.runs(p) {
			g.Suspended[p] = "User suspended at " + c.Now.UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	return &autoscaling.SuspendProcessesOutput{}, refused
}

func resumeProcesses(c *call, in *autoscaling.ResumeProcessesInput) (*autoscaling.ResumeProcessesOutput, *refusal) {
	g, named, refused := c.processesOf(in.AutoScalingGroupName, in.ScalingProcesses)
	for _, p := range named {
		delete(g.Suspended, p)
	}
	if refused == nil {
		c.after(reaction, replaces, c.place, g.Name)
	}
	return &autoscaling.ResumeProcessesOutput{}, refused
}

func (c *call) processesOf(name *string, named []string) (*group, []string, *refusal) {
	g, refused := c.at(c.place).group(name)
	if refused != nil {
		return nil, nil, refused
	}
	for _, p := range named {
		if !knownProcess(p) {
			return nil, nil, refuse("ValidationError", "Invalid process type: %s", p)
		}
	}
	if len(named) == 0 {
		named = processes()
	}
	return g, named, nil
}

// enterStandby takes instances out of service without ending them. The group replaces them unless its desired capacity
// is lowered as well.
func enterStandby(c *call, in *autoscaling.EnterStandbyInput) (*autoscaling.EnterStandbyOutput, *refusal) {
	g, members, refused := c.membersOf(in.AutoScalingGroupName, in.InstanceIds, false)
	if refused != nil {
		return nil, refused
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-len(members) < g.Min {
			return nil, refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To place into standby %d instance, please update the AutoScalingGroup sizes appropriately.",
				g.Name, g.Min, g.Max, g.Desired, len(members))
		}
		g.Desired -= len(members)
	}
	out := &autoscaling.EnterStandbyOutput{}
	for _, m := range members {
		m.Standby = true
		out.Activities = append(out.Activities, c.activity(g, "Moving EC2 instance to Standby: "+m.Instance))
	}
	c.after(reaction, replaces, c.place, g.Name)
	return out, nil
}

// exitStandby puts them back, which raises the desired capacity and needs the Launch process:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
func exitStandby(c *call, in *autoscaling.ExitStandbyInput) (*autoscaling.ExitStandbyOutput, *refusal) {
	g, members, refused := c.membersOf(in.AutoScalingGroupName, in.InstanceIds, true)
	if refused != nil {
		return nil, refused
	}
	if !g.runs("Launch") {
		return nil, refuse("ValidationError", "Instances may not be moved out of Standby while the Launch process is suspended.")
	}
	if g.Desired+len(members) > g.Max {
		return nil, refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To take %d instance out of standby, please update the AutoScalingGroup sizes appropriately.",
			g.Name, g.Min, g.Max, g.Desired, len(members))
	}
	out := &autoscaling.ExitStandbyOutput{}
	for _, m := range members {
		m.Standby = false
		g.Desired++
		out.Activities = append(out.Activities, c.activity(g, "Moving EC2 instance out of Standby: "+m.Instance))
	}
	c.after(reaction, replaces, c.place, g.Name)
	return out, nil
}

func (c *call) membersOf(name *string, ids []string, standby bool) (*group, []*member, *refusal) {
	g, refused := c.at(c.place).group(name)
	if refused != nil {
		return nil, nil, refused
	}
	var all []*member
	for _, id := range ids {
		m := g.member(id)
		if m == nil {
			return nil, nil, refuse("ValidationError", "The instance %s is not part of Auto Scaling group %s.", id, g.Name)
		}
		if m.Standby != standby {
			want := map[bool]string{true: "Standby", false: "InService"}[standby]
			return nil, nil, refuse("ValidationError", "The instance %s is not in %s.", id, want)
		}
		all = append(all, m)
	}
	return g, all, nil
}

// terminateInGroup ends one instance by its group; termination protection does not bind it.
func terminateInGroup(c *call, in *autoscaling.TerminateInstanceInAutoScalingGroupInput) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, *refusal) {
	id := aws.ToString(in.InstanceId)
	g := c.groupOf(id)
	if g == nil {
		return nil, refuse("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", id)
	}
	if aws.ToBool(in.ShouldDecrementDesiredCapacity) {
		if g.Desired-1 < g.Min {
			return nil, refuse("ValidationError", "Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.Min)
		}
		g.Desired--
	}
	c.end(c.place, g, []*member{g.member(id)})
	c.after(reaction, replaces, c.place, g.Name)
	activity := c.activity(g, "Terminating EC2 instance: "+id)
	return &autoscaling.TerminateInstanceInAutoScalingGroupOutput{Activity: &activity}, nil
}

func (c *call) groupOf(instance string) *group {
	for _, g := range c.at(c.place).Groups {
		if g.member(instance) != nil {
			return g
		}
	}
	return nil
}

func (c *call) activity(g *group, what string) types.Activity {
	return types.Activity{
		ActivityId: aws.String(c.uuid()), AutoScalingGroupName: aws.String(g.Name), AutoScalingGroupARN: aws.String(g.ARN),
		Description: aws.String(what), StartTime: aws.Time(c.Now), StatusCode: types.ScalingActivityStatusCodeInProgress, Progress: aws.Int32(50),
		Cause: aws.String(fmt.Sprintf("At %s a user request was made: %s.", c.Now.UTC().Format("2006-01-02T15:04:05Z"), what)),
	}
}

func knownProcess(name string) bool { return slices.Contains(processes(), name) }
