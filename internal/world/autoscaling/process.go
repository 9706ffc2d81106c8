package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// processes are those that can be suspended.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html
func processes() []string {
	return []string{"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch",
		"ReplaceUnhealthy", "ScheduledActions", "Terminate"}
}

func (g *group) runs(process string) bool { _, off := g.Suspended[process]; return !off }

func processResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.SuspendProcessesInput, autoscaling.SuspendProcessesOutput]{
			Write: true, Basis: core.UsualSpelling,
			Knows:  "AutoScalingGroupName ScalingProcesses",
			Needs:  ofGroup[autoscaling.SuspendProcessesInput],
			Answer: suspendProcesses,
		}),
		core.Define(core.Spec[autoscaling.ResumeProcessesInput, autoscaling.ResumeProcessesOutput]{
			Write: true, Basis: core.UsualSpelling,
			Knows:  "AutoScalingGroupName ScalingProcesses",
			Needs:  ofGroup[autoscaling.ResumeProcessesInput],
			Answer: resumeProcesses,
		}),
	}}
}

// suspendProcesses adds to what is suspended; naming none suspends all.
func suspendProcesses(c *core.Call, in *autoscaling.SuspendProcessesInput) (*autoscaling.SuspendProcessesOutput, *core.Refusal) {
	g, named, refused := processesOf(c, in.AutoScalingGroupName, in.ScalingProcesses)
	for _, p := range named {
		if g.runs(p) {
			g.Suspended[p] = "User suspended at " + c.Now.UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	return &autoscaling.SuspendProcessesOutput{}, refused
}

func resumeProcesses(c *core.Call, in *autoscaling.ResumeProcessesInput) (*autoscaling.ResumeProcessesOutput, *core.Refusal) {
	g, named, refused := processesOf(c, in.AutoScalingGroupName, in.ScalingProcesses)
	for _, p := range named {
		delete(g.Suspended, p)
	}
	if refused == nil {
		c.After(ec2.ReactionDelay, replaces, g.Name)
	}
	return &autoscaling.ResumeProcessesOutput{}, refused
}

func processesOf(c *core.Call, name *string, named []string) (*group, []string, *core.Refusal) {
	g, refused := groups.Find(c.At, name)
	if refused != nil {
		return nil, nil, refused
	}
	for _, p := range named {
		if !knownProcess(p) {
			return nil, nil, core.Refuse("ValidationError", "Invalid process type: %s", p)
		}
	}
	if len(named) == 0 {
		named = processes()
	}
	return g, named, nil
}
