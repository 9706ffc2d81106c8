package demo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

// byHand is seed 002's: what a person launches in production is quarantined once it is clear that it is no bulk job, and ended a month later.
func byHand() Attack {
	const month = 30 * 24 * time.Hour
	return Attack{
		Name:  "by-hand",
		about: ofHandwork,
		Title: "By hand, in production (account studio)",
		Story: "Alice launches an instance from the console, Bob's script launches three, which is more than the two that this configuration takes for handwork. Nobody attacks, so riposte waits for a quarter of an hour to see what " +
			"belongs together, then decides. Look at how the two differ, and at what a month does to an instance that was forgotten.",
		moves: []move{
			{0, "alice", "launches an instance by hand", launchByHand("alice", 1)},
			{2 * time.Minute, "bob", "launches three by a script", launchByHand("bob", 3)},
			{20 * time.Minute, "sam", "riposte dismiss", func(ctx context.Context, s *Stage) (string, error) {
				return s.orders(ctx, ofHandwork, "bob", ledger.Dismiss, "bob counts sheep once a quarter")
			}},
			{month + time.Hour, "alice", "looks for her instance", func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.session(ctx, "alice", studio, people)
				if err != nil {
					return "", err
				}
				out, err := h.ec2().DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []types.Filter{{Name: aws.String("tag:Name"), Values: []string{"alice"}}}})
				if err != nil || len(out.Reservations) == 0 {
					return "gone", err
				}
				return string(out.Reservations[0].Instances[0].State.Name), nil
			}},
		},
	}
}

const (
	studio = "666677778888"
	people = "people/admin"
)

// launchByHand launches instances under a person's session.
func launchByHand(who string, n int32) func(context.Context, *Stage) (string, error) {
	return func(ctx context.Context, s *Stage) (string, error) {
		h, err := s.session(ctx, who, studio, people)
		if err != nil {
			return "", err
		}
		_, err = h.ec2().RunInstances(ctx, &ec2.RunInstancesInput{
			ImageId: aws.String("ami-0900d1ea9e0900d23"), MinCount: aws.Int32(n), MaxCount: aws.Int32(n), ClientToken: aws.String("demo-" + who),
			TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String(who)}}}},
		})
		return "", err
	}
}

// decoy is seed 002's honeypot: a key that lies where only a thief looks.
func decoy() Attack {
	launches := func(ctx context.Context, s *Stage) (string, error) {
		_, err := s.hand("thief", studio).ec2().RunInstances(ctx, &ec2.RunInstancesInput{
			ImageId: aws.String("ami-0900d1ea9e0900d23"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		})
		return "", err
	}
	return Attack{
		Name:  "decoy",
		about: ofDecoys,
		Title: "The decoy (account studio)",
		Story: "A thief finds an access key in an old repository and tries to launch instances with it. The key may do nothing, so AWS refuses; but nothing of the " +
			"organisation's works with it, so the refused call alone is a break-in. Look at how the second refusal differs.",
		moves: []move{
			{0, "thief", "launches instances", launches},
			{time.Minute, "thief", "tries again", launches},
		},
	}
}
