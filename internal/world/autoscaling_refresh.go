package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func refreshOperations() []operation {
	return []operation{
		define(spec[autoscaling.StartInstanceRefreshInput, autoscaling.StartInstanceRefreshOutput]{
			name: "autoscaling.StartInstanceRefresh", write: true,
			basis: autoScalingReference + "StartInstanceRefresh.html; the world begins a refresh and replaces nothing by it" + unrecorded,
			knows: "AutoScalingGroupName DesiredConfiguration Preferences Strategy",
			needs: func(c *call, in *autoscaling.StartInstanceRefreshInput) []need {
				return c.onGroup(in.AutoScalingGroupName)
			},
			do:       startInstanceRefresh,
			response: func(_ *call, out *autoscaling.StartInstanceRefreshOutput) any { return camel(out) },
		}),
		define(spec[autoscaling.DescribeInstanceRefreshesInput, autoscaling.DescribeInstanceRefreshesOutput]{
			name: "autoscaling.DescribeInstanceRefreshes", basis: autoScalingReference + "DescribeInstanceRefreshes.html",
			knows: "AutoScalingGroupName MaxRecords NextToken", do: describeInstanceRefreshes,
		}),
	}
}

// refresh is one instance refresh of a group. What it is to bring becomes the group's own when it ends well, not before.
type refresh struct {
	ID      string
	Desired *types.DesiredConfiguration
}

func startInstanceRefresh(c *call, in *autoscaling.StartInstanceRefreshInput) (*autoscaling.StartInstanceRefreshOutput, *refusal) {
	g, refused := c.at(c.place).group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
	if len(g.Refreshes) > 0 {
		text := "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
		return nil, refuse("InstanceRefreshInProgress", "%s", text).with(&types.InstanceRefreshInProgressFault{Message: aws.String(text)})
	}
	g.Refreshes = append(g.Refreshes, refresh{c.uuid(), in.DesiredConfiguration})
	return &autoscaling.StartInstanceRefreshOutput{InstanceRefreshId: aws.String(g.Refreshes[0].ID)}, nil
}

func describeInstanceRefreshes(c *call, in *autoscaling.DescribeInstanceRefreshesInput) (*autoscaling.DescribeInstanceRefreshesOutput, *refusal) {
	g, refused := c.at(c.place).group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
	out := &autoscaling.DescribeInstanceRefreshesOutput{}
	for _, r := range g.Refreshes {
		out.InstanceRefreshes = append(out.InstanceRefreshes, types.InstanceRefresh{
			AutoScalingGroupName: aws.String(g.Name), InstanceRefreshId: aws.String(r.ID), DesiredConfiguration: r.Desired,
			Status: types.InstanceRefreshStatusInProgress,
		})
	}
	return out, nil
}
