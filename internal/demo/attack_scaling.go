package demo

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

const (
	checkouts = "i-0cccccccccccccc00" // an instance of group checkout, which may change every group
	egress    = "203.0.113.80"        // its address
)

// foreignGroup is seed 003's: what breaks into one application takes another out of service.
func foreignGroup() Attack {
	const who = "checkout's instance"
	return Attack{
		Name:  "foreign-group",
		about: ofGroups,
		Title: "Another team's group (account shop)",
		Story: "Deployment scripts gave the instances of group checkout autoscaling:*, on every group. What broke into one of them puts the search team's instances on standby, and the group's sizes to zero. Look at what it still gets done, and at what search is afterwards.",
		moves: []move{
			{0, "search's pipeline", "sets group search to 2 instances at least, 4 at most", func(ctx context.Context, s *Stage) (string, error) {
				return "", resize(ctx, s.hand("deployer of shop", shop), 2, 4, nil)
			}},
			{time.Minute, who, "puts group search on standby", func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.onInstance(shop, checkouts, egress)
				if err != nil {
					return "", err
				}
				return standby(ctx, h)
			}},
			{61 * time.Second, who, "sets group search to none at least, none at most", func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.onInstance(shop, checkouts, egress)
				if err != nil {
					return "", err
				}
				return "", resize(ctx, h, 0, 0, aws.Int32(0))
			}},
			{2 * time.Minute, who, "deletes group search", func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.onInstance(shop, checkouts, egress)
				if err != nil {
					return "", err
				}
				_, err = h.scaling().DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("search"), ForceDelete: aws.Bool(true)})
				return "", err
			}},
			{150 * time.Second, "search's customers", "find in service", func(ctx context.Context, s *Stage) (string, error) {
				return inService(ctx, s.hand("deployer of shop", shop))
			}},
		},
	}
}

// onInstance is the hand of what runs on an instance, with the credentials of its metadata service.
func (s *Stage) onInstance(account, id, address string) (hand, error) {
	p := event.Place{Partition: "aws", Account: account, Region: "eu-west-1"}
	c, err := s.World.OnInstance(p, id)
	if err != nil {
		return hand{}, err
	}
	return hand{cfg: s.World.ConfigFrom(p, c, world.Origin{SourceIP: address, UserAgent: "aws-cli/2.22.0"})}, nil
}

func (h hand) scaling() *autoscaling.Client { return autoscaling.NewFromConfig(h.cfg) }

func resize(ctx context.Context, h hand, least, most int32, desired *int32) error {
	_, err := h.scaling().UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("search"), MinSize: &least, MaxSize: &most, DesiredCapacity: desired,
	})
	return err
}

// standby takes all instances of group search out of service.
func standby(ctx context.Context, h hand) (string, error) {
	serving, err := serving(ctx, h)
	if err != nil || len(serving) == 0 {
		return "it is there already", err
	}
	_, err = h.scaling().EnterStandby(ctx, &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: aws.String("search"), InstanceIds: serving, ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	return strings.Join(serving, ", "), err
}

func inService(ctx context.Context, h hand) (string, error) {
	serving, err := serving(ctx, h)
	return strings.Join(serving, ", "), err
}

func serving(ctx context.Context, h hand) (ids []string, err error) {
	out, err := h.scaling().DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"search"}})
	if err != nil || len(out.AutoScalingGroups) == 0 {
		return nil, err
	}
	for _, i := range out.AutoScalingGroups[0].Instances {
		if i.LifecycleState == types.LifecycleStateInService {
			ids = append(ids, aws.ToString(i.InstanceId))
		}
	}
	return ids, nil
}
