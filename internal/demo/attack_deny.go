package demo

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/ledger"
)

// secondKey is the race that an eventually consistent IAM allows: the deny is taken off before it takes effect.
func secondKey() Attack {
	a := Attack{
		Name:  "second-key",
		about: ofProtections,
		Title: "The second key (account vault)",
		Story: "Mallory has two keys. The first begins the demolition; the second takes riposte's deny off inside the seconds that IAM needs to enforce it. Look at how riposte finds out, and at what it does next.",
		stake: len(seconds) + 1,
		moves: demolish("mallory", vault, instance("b", 0), 0, 0),
	}
	for at := time.Second; at <= 40*time.Second; at += time.Second {
		a.moves = append(a.moves, move{at, "mallory's second", "looks for a deny and takes it off", detach})
		if i := slices.Index(seconds, at); i >= 0 {
			a.moves = append(a.moves, demolish("mallory's second", vault, instance("b", i+1), at, i+1)...)
		}
	}
	return a
}

// detach takes off whatever deny is attached to mallory, if there is one.
func detach(ctx context.Context, s *Stage) (string, error) {
	h := s.hand("mallory's second", vault)
	out, err := h.iam().ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: aws.String("mallory")})
	if err != nil {
		return s.once("second-key shut out", err)
	}
	for _, p := range out.AttachedPolicies {
		_, err := h.iam().DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: aws.String("mallory"), PolicyArn: p.PolicyArn})
		return "took off " + aws.ToString(p.PolicyName), err
	}
	return silently, nil
}

// falseAlarm is a person who forgot her second factor, and the way back.
func falseAlarm() Attack {
	a := Attack{
		Name:  "false-alarm",
		about: ofProtections,
		Title: "A false alarm, taken back (account vault)",
		Story: "Olga resizes an instance and forgot her second factor. Riposte stops her; sam, who knows her, takes the answer back. Look at what stays, and at how the same finding is let be afterwards.",
		moves: []move{{0, "olga", "switches termination protection off on " + instance("b", 5), func(ctx context.Context, s *Stage) (string, error) {
			return "", unprotectOnly(ctx, s.hand("olga", vault), instance("b", 5))
		}}},
	}
	a.moves = append(a.moves,
		move{3 * time.Minute, "sam", "riposte undo", func(ctx context.Context, s *Stage) (string, error) {
			return s.undo(ctx, "olga")
		}},
		move{4 * time.Minute, "olga", "allows stopping " + instance("b", 5), func(ctx context.Context, s *Stage) (string, error) {
			in := &ec2.ModifyInstanceAttributeInput{InstanceId: aws.String(instance("b", 5)), DisableApiStop: &types.AttributeBooleanValue{Value: aws.Bool(false)}}
			_, err := s.hand("olga", vault).ec2().ModifyInstanceAttribute(ctx, in)
			return "", err
		}},
		move{4 * time.Minute, "olga", "stops it for the resize", func(ctx context.Context, s *Stage) (string, error) {
			_, err := s.hand("olga", vault).ec2().StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instance("b", 5)}})
			return "works again", err
		}})
	return a
}

// halted shows the brake: while a person holds it, riposte watches and waits.
func halted() Attack {
	return Attack{
		Name:  "halt",
		about: ofProtections,
		Title: "The brake (account vault)",
		Story: "Sam halts riposte for a migration. What trudy does meanwhile is found and held, and answered once the brake is released.",
		moves: []move{
			{0, "sam", "riposte halt", func(ctx context.Context, s *Stage) (string, error) {
				return "", s.Store.Halt(ctx, ledger.Brake{Scope: "all", By: "sam", At: s.World.Now(), Reason: "migration"})
			}},
			{5 * time.Second, "trudy", "switches termination protection off on " + instance("b", 7), func(ctx context.Context, s *Stage) (string, error) {
				return "", unprotectOnly(ctx, s.hand("trudy", vault), instance("b", 7))
			}},
			{time.Minute, "sam", "riposte release", func(ctx context.Context, s *Stage) (string, error) {
				_, err := s.Store.Release(ctx, s.World.Now(), "all", "sam")
				return "", err
			}},
		},
	}
}

func unprotectOnly(ctx context.Context, h hand, id string) error {
	_, err := h.ec2().ModifyInstanceAttribute(ctx, unprotect(id, 0)[0])
	return err
}
