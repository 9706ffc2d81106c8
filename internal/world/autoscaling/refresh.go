package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func refreshResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change("the world begins a refresh and replaces nothing by it; "+core.UsualSpelling, "DesiredConfiguration Preferences Strategy",
			func(c *core.Call, in *autoscaling.StartInstanceRefreshInput, g *group) (*autoscaling.StartInstanceRefreshOutput, *core.Refusal) {
				if len(g.Refreshes) > 0 {
					text := "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
					return nil, core.Refuse("InstanceRefreshInProgress", "%s", text).With(&types.InstanceRefreshInProgressFault{Message: aws.String(text)})
				}
				g.Refreshes = append(g.Refreshes, refresh{c.UUID(), in.DesiredConfiguration})
				return &autoscaling.StartInstanceRefreshOutput{InstanceRefreshId: aws.String(g.Refreshes[0].ID)}, nil
			}),
		core.Define(core.Spec[autoscaling.DescribeInstanceRefreshesInput, autoscaling.DescribeInstanceRefreshesOutput]{
			Knows: "AutoScalingGroupName MaxRecords NextToken", Answer: core.Found(&groups, "AutoScalingGroupName", describeInstanceRefreshes),
		}),
	}}
}

// refresh is one instance refresh of a group. What it is to bring becomes the group's own when it ends well, not before.
type refresh struct {
	ID      string
	Desired *types.DesiredConfiguration
}

func describeInstanceRefreshes(c *core.Call, in *autoscaling.DescribeInstanceRefreshesInput, g *group) (*autoscaling.DescribeInstanceRefreshesOutput, *core.Refusal) {
	out := &autoscaling.DescribeInstanceRefreshesOutput{}
	for _, r := range g.Refreshes {
		out.InstanceRefreshes = append(out.InstanceRefreshes, types.InstanceRefresh{
			AutoScalingGroupName: aws.String(g.Name), InstanceRefreshId: aws.String(r.ID), DesiredConfiguration: r.Desired,
			Status: types.InstanceRefreshStatusInProgress,
		})
	}
	return out, nil
}
