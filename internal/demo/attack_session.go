package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// approved is the case in which riposte must not decide alone: whether a role's session had a second factor, CloudTrail
// does not say.
func approved() Attack {
	id := instance("b", 8)
	return Attack{
		Name:  "approval",
		about: ofProtections,
		Title: "Restore, and ask before denying (account vault)",
		Story: "Nadia works through a role. Whether she had a second factor nobody can read from the record, so riposte mends what it may at once and asks about the rest. Look at what is done before anybody answers, and at what only then.",
		moves: []move{
			{0, "nadia, as ops", "switches termination protection off on " + id, func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.session(ctx, "nadia", vault, "ops")
				if err != nil {
					return "", err
				}
				return "", unprotectOnly(ctx, h, id)
			}},
			{3 * time.Minute, "sam", "riposte approve", func(ctx context.Context, s *Stage) (string, error) {
				return s.orders(ctx, ofProtections, "nadia", ledger.Approve, "nadia is on leave")
			}},
			{4 * time.Minute, "nadia, as ops", "terminates " + id, func(ctx context.Context, s *Stage) (string, error) {
				h, err := s.session(ctx, "nadia", vault, "ops")
				if err != nil {
					return "", err
				}
				_, err = h.ec2().TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
				return "", err
			}},
		},
	}
}

// session is a player's hand in a role of the account, in a session of the player's own name.
func (s *Stage) session(ctx context.Context, who, account, role string) (hand, error) {
	h := s.hand(who, account)
	out, err := sts.NewFromConfig(h.cfg).AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: aws.String(who),
	})
	if err != nil {
		return hand{}, fmt.Errorf("assume %s: %w", role, err)
	}
	return s.handWith(account, aws.Credentials{
		AccessKeyID: aws.ToString(out.Credentials.AccessKeyId), SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken: aws.ToString(out.Credentials.SessionToken),
	}), nil
}

// orders has sam decide about the case that asks of a session, as `riposte approve` and `riposte dismiss` do.
func (s *Stage) orders(ctx context.Context, about, session string, verb ledger.Verb, reason string) (string, error) {
	cases, err := s.Store.Cases(ctx, ledger.Filter{Playbook: about})
	if err != nil {
		return "", err
	}
	for _, c := range cases {
		if c.Origin.Actor.Session != session {
			continue
		}
		if c.State != ledger.Asked {
			return c.ID, nil // ordered before the demo was killed
		}
		_, err := app.Order(ctx, s.Store, c.ID, ledger.Order{Verb: verb, Shown: c.Shown(0), By: "sam", At: s.World.Now(), Reason: reason})
		return c.ID, err
	}
	return "", fmt.Errorf("no case of %s asks", session)
}
