package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// capGroupKind is in the author tier: the call may change what a group launches, too.
var capGroupKind = action.Define[capGroup](action.Kind{
	Name: "acme.cap-group", Version: 1, Does: "set the largest size of an Auto Scaling group", Class: action.Mend, Tier: action.TierAuthor,
	Reads:    []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes:   []call.ID{call.AutoScalingUpdateAutoScalingGroup},
	UndoneBy: []call.ID{call.AutoScalingUpdateAutoScalingGroup},
})

// capGroup wants a group's largest size to be one number. It is its own way back, with the number that was.
type capGroup struct {
	Group event.Resource
	Max   int32
}

// About is the action as data.
func (c capGroup) About() action.About { return action.About{Kind: capGroupKind, Target: c.Group} }

// Look reads the group's largest size. AWS refuses one below the smallest or the desired size.
func (c capGroup) Look(ctx context.Context, r access.Reads) (action.Look, error) {
	out, err := r.AutoScaling(c.Group.Place()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{c.Group.ID},
	})
	if err != nil {
		return action.Look{}, fmt.Errorf("read group %q: %w", c.Group.ID, err)
	}
	if len(out.AutoScalingGroups) == 0 {
		return action.Look{Missing: "the group is deleted"}, nil
	}
	group := out.AutoScalingGroups[0]
	least := max(aws.ToInt32(group.MinSize), aws.ToInt32(group.DesiredCapacity))
	switch now := aws.ToInt32(group.MaxSize); {
	case now == c.Max:
		return action.Look{Satisfied: true}, nil
	case least > c.Max:
		return action.Look{Refused: fmt.Sprintf("the group wants %d instances already", least)}, nil
	default:
		return action.Look{Inverse: capGroup{c.Group, now}}, nil
	}
}

// Do sets the largest size and nothing else.
func (c capGroup) Do(ctx context.Context, w access.Writes) error {
	_, err := w.AutoScaling(c.Group.Place()).UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(c.Group.ID), MaxSize: aws.Int32(c.Max),
	})
	return action.Refused(fmt.Sprintf("cap group %q at %d", c.Group.ID, c.Max), err)
}
