package autoscaling

import (
	"slices"

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

// processResource are the operations on a group's processes; naming none means all.
func processResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change(core.UsualSpelling, "ScalingProcesses", func(c *core.Call, in *autoscaling.SuspendProcessesInput, g *group) (*autoscaling.SuspendProcessesOutput, *core.Refusal) {
			named, refused := known(in.ScalingProcesses)
			for _, p := range named {
				if g.runs(p) {
					g.Suspended[p] = "User suspended at " + core.Stamp(c.Now)
				}
			}
			return &autoscaling.SuspendProcessesOutput{}, refused
		}),
		change(core.UsualSpelling, "ScalingProcesses", func(c *core.Call, in *autoscaling.ResumeProcessesInput, g *group) (*autoscaling.ResumeProcessesOutput, *core.Refusal) {
			named, refused := known(in.ScalingProcesses)
			for _, p := range named {
				delete(g.Suspended, p)
			}
			if refused == nil {
				c.After(ec2.ReactionDelay, replaces, g.Name)
			}
			return &autoscaling.ResumeProcessesOutput{}, refused
		}),
	}}
}

// known are the processes that a call names, all where it names none.
func known(named []string) ([]string, *core.Refusal) {
	for _, p := range named {
		if !slices.Contains(processes(), p) {
			return nil, core.Refuse("ValidationError", "Invalid process type: %s", p)
		}
	}
	if len(named) == 0 {
		named = processes()
	}
	return named, nil
}
