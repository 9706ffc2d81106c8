package demo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

// The machines of the harbour: they go out by one gateway.
const (
	crane   = "i-0c0c0c0c0c0c0c0c1"
	barge   = "i-0b0b0b0b0b0b0b0b1"
	tender  = "i-0b0b0b0b0b0b0b0b2" // of the same role as the barge, stopped
	gateway = "192.0.2.50"
)

// theft is seed 004's: what the metadata service gives an instance works wherever it is carried to.
func theft() Attack {
	return Attack{
		Name:  "theft",
		about: ofElsewhere,
		Title: "Stolen credentials of an instance (account harbour)",
		Story: "Gull has made the crane's metadata service hand out its credentials, and uses them from elsewhere. Look at the first call: it works, and stays unanswered until CloudTrail has delivered it. Then this one session is denied, and no other.",
		moves: []move{
			{0, "crane", "lists instances, by its own gateway", using(crane, gateway)},
			{2 * time.Second, "gull", "lists them from elsewhere, with the crane's credentials", using(crane, elsewhere)},
			{20 * time.Second, "gull", "lists them again", using(crane, elsewhere)},
		},
	}
}

// theftLocked is the same against a role that riposte has locked.
func theftLocked() Attack {
	return Attack{
		Name:  "lock",
		about: ofLocks,
		Title: "The same against a locked role (account harbour)",
		Story: "Sam starts the tender. Its role has no lock, so riposte tries one on what the role's instances were recorded to call, and puts it there. Look at gull's first call now: AWS itself refuses it, before any record has arrived.",
		moves: []move{
			{0, "sam", "starts the tender", func(ctx context.Context, s *Stage) (string, error) {
				_, err := s.hand("sam of harbour", harbour).ec2().StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{tender}})
				return "", err
			}},
			{time.Minute, "barge", "lists instances, by its own gateway", using(barge, gateway)},
			{2 * time.Minute, "gull", "lists them from elsewhere, with the barge's credentials", using(barge, elsewhere)},
		},
	}
}

// using lists instances with the credentials of one, from an address.
func using(instance, from string) func(context.Context, *Stage) (string, error) {
	return func(ctx context.Context, s *Stage) (string, error) {
		p := event.Place{Partition: "aws", Account: harbour, Region: "eu-west-1"}
		c, err := s.World.OnInstance(p, instance)
		if err != nil {
			return "", err
		}
		_, err = ec2.NewFromConfig(s.World.ConfigFrom(p, c, world.Origin{SourceIP: from, UserAgent: "aws-cli/2.22.0"})).
			DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(10)})
		return "works", err
	}
}
