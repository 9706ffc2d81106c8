package autoscaling

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// mostActivities are kept of a group, as many as one page of them holds.
const mostActivities = 100

func activityResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.DescribeScalingActivitiesInput, autoscaling.DescribeScalingActivitiesOutput]{
			Basis: "what a person's call changed, in the words that AWS Support quotes (https://repost.aws/knowledge-center/auto-scaling-scale-down); " +
				"AWS says it of each instance that comes or goes by it, the world once",
			Knows: "AutoScalingGroupName MaxRecords",
			Answer: core.Found(&groups, "AutoScalingGroupName",
				func(_ *core.Call, in *autoscaling.DescribeScalingActivitiesInput, g *group) (*autoscaling.DescribeScalingActivitiesOutput, *core.Refusal) {
					shown := g.Activities
					if n := int(aws.ToInt32(in.MaxRecords)); n > 0 && n < len(shown) {
						shown = shown[:n]
					}
					return &autoscaling.DescribeScalingActivitiesOutput{Activities: shown}, nil
				}),
		}),
	}}
}

// resized keeps what a call did to the desired capacity, the newest first; nothing where it did nothing.
func (g *group) resized(c *core.Call, was int, how string) {
	if was == g.Desired {
		return
	}
	a := activity(c, g, "Changing the capacity")
	a.Cause = aws.String(fmt.Sprintf("At %s a user request %s changing the desired capacity from %d to %d.", core.Stamp(c.Now), how, was, g.Desired))
	g.Activities = append([]types.Activity{a}, g.Activities...)
	g.Activities = g.Activities[:min(len(g.Activities), mostActivities)]
}
