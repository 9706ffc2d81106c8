package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

const (
	shop    = "111122223333"
	lab     = "222233334444"
	plant   = "333344445555"
	vault   = "444455556666"
	harbour = "555566667777"

	security = "999900001111" // whence riposte comes

	demolished = 10 // instances in the plant
	vaulted    = 9  // instances in the vault
)

// The playbooks that the demo's attacks are about.
const (
	ofImages      = "launch.unapproved-image"
	ofTemplates   = "launch.unapproved-template"
	ofProtections = "launch.termination-unprotected"
	ofHandwork    = "launch.by-hand"
	ofDecoys      = "identity.decoy-used"
	ofElsewhere   = "identity.instance-credentials-elsewhere"
	ofLocks       = "identity.credential-lock"
	ofGroups      = "scaling.foreign-group"
	ofVolumes     = "waste.unattached-volume"
	ofMetadata    = "hardening.imds-v1"
)

// AttacksOn are the demo's attacks that a playbook of the catalogue answers.
func AttacksOn(catalogue []playbook.Definition) []Attack { return answered(Attacks(), catalogue) }

// Named are all that is played where it is named: the demo's attacks, and the nights of its sweeps.
func Named(catalogue []playbook.Definition) []Attack {
	return answered(append(Attacks(), Nights()...), catalogue)
}

func answered(all []Attack, catalogue []playbook.Definition) []Attack {
	return slices.DeleteFunc(all, func(a Attack) bool {
		return !slices.ContainsFunc(catalogue, func(d playbook.Definition) bool { return d.ID == a.about })
	})
}

// Attacks are the demo's, a chosen handful, in the order in which they are played.
func Attacks() []Attack {
	return []Attack{confusedDeputy(), deputyStopped("template", "batch", inTime), deputyStopped("latest", "render", latest), demolition(), secondKey(), falseAlarm(), approved(), halted(), foreignGroup(), theft(), theftLocked(), byHand(), decoy()}
}

// Nights are the stories of sweeps. They take weeks, or a world of their own, which would make the attacks' table and figures another's: each is played where it
// is named.
func Nights() []Attack { return []Attack{idleVolume(), metadataV1(), danglingName()} }

// Alone returns the world of an attack that is played by itself; nil of one that is played where the others are.
func Alone(a Attack, catalogue []playbook.Definition, kinds []action.Kind) (*Scene, error) {
	if a.scene == nil {
		return nil, nil
	}
	s, err := a.scene(catalogue, kinds)
	return &s, err
}

// confusedDeputy is seed 000's script: the group is made to launch what its owner never approved.
func confusedDeputy() Attack {
	return Attack{
		Name:  "deputy",
		about: ofImages,
		Title: "The confused deputy (account shop; the template playbook only observes)",
		Story: "A stolen deployer key points the web group's launch template at a public image and stops the running instance: the group itself launches the foreign one. EC2 tells of the launch before CloudTrail tells of its caller. Look at the order: first the group's Launch is suspended, then the instance is terminated, or the group would replace it with its like.",
		moves: deputyMoves("deployer of shop", shop, "web"),
	}
}

const (
	inTime = "Riposte has a minute: that is how long the group takes to replace the instance that was stopped. Look at what the group launches then."
	latest = "This group follows the newest version, whatever the default is: to move the default back is not enough, and its Launch is suspended too."
)

// deputyStopped is the same where the template playbook acts: the deputy is stopped before it is confused.
func deputyStopped(name, group, story string) Attack {
	return Attack{
		Name:  name,
		about: ofTemplates,
		Title: fmt.Sprintf("The same against group %s (account lab; the template playbook acts)", group),
		Story: story,
		moves: deputyMoves("deployer of lab", lab, group),
	}
}

func deputyMoves(who, account, group string) []move {
	return []move{
		{0, who, "adds a version with the newest public Amazon Linux 2 to template " + group, func(ctx context.Context, s *Stage) (string, error) {
			return newestPublic(ctx, s.hand(who, account), group)
		}},
		{time.Second, who, "makes it the default", func(ctx context.Context, s *Stage) (string, error) {
			_, err := s.hand(who, account).ec2().ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String(group), DefaultVersion: aws.String("2")})
			return "", err
		}},
		{2 * time.Second, who, "stops the running instance", func(ctx context.Context, s *Stage) (string, error) {
			return stopGroup(ctx, s.hand(who, account), group)
		}},
	}
}

// newestPublic is the script's first half: find the image as its owner's customers do, and put it into a new version.
func newestPublic(ctx context.Context, h hand, name string) (string, error) {
	out, err := h.ec2().DescribeImages(ctx, &ec2.DescribeImagesInput{
		Owners: []string{"amazon"}, Filters: []types.Filter{{Name: aws.String("name"), Values: []string{"amzn2-ami-hvm-*-x86_64-gp2"}}},
	})
	if err != nil {
		return "", err
	}
	var newest types.Image
	for _, i := range out.Images {
		if aws.ToString(i.CreationDate) > aws.ToString(newest.CreationDate) {
			newest = i
		}
	}
	_, err = h.ec2().CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String(name), SourceVersion: aws.String("$Latest"), VersionDescription: aws.String("Update with latest AWS Linux 2 AMI"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: newest.ImageId},
	})
	return aws.ToString(newest.ImageId), err
}

func stopGroup(ctx context.Context, h hand, group string) (string, error) {
	out, err := h.ec2().DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{group}}, {Name: aws.String("instance-state-name"), Values: []string{"running"}},
	}})
	if err != nil {
		return "", err
	}
	var ids []string
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			ids = append(ids, aws.ToString(i.InstanceId))
		}
	}
	if len(ids) == 0 {
		return "it is stopped already", nil
	}
	_, err = h.ec2().StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: ids})
	return strings.Join(ids, ", "), err
}

// demolition is seed 001's: all that is protected is unprotected, one way or another, and terminated.
func demolition() Attack {
	a := Attack{
		Name:  "demolition",
		about: ofProtections,
		Title: "Demolition (account plant)",
		Story: "A stolen key without MFA goes through ten protected instances, one every three seconds. Look at the seconds between the first call and the first record: nobody can act on what CloudTrail has not delivered, and what is gone stays gone.",
		stake: demolished,
	}
	for i := range demolished {
		a.moves = append(a.moves, demolish("igor", plant, instance("a", i), time.Duration(3*i)*time.Second, i)...)
	}
	return a
}

// demolish switches protection off, in one of the spellings, and terminates.
func demolish(who, account, id string, at time.Duration, spelling int) (moves []move) {
	for _, in := range unprotect(id, spelling) {
		moves = append(moves, move{at, who, "unprotects " + id, func(ctx context.Context, s *Stage) (string, error) {
			_, err := s.hand(who, account).ec2().ModifyInstanceAttribute(ctx, in)
			return silently, unlessRefused(err) // then terminating is refused, too, and that is told
		}})
	}
	return append(moves, move{at, who, "unprotects and terminates " + id, func(ctx context.Context, s *Stage) (string, error) {
		kept := s.losing(id)
		if _, err := s.hand(who, account).ec2().TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}}); err != nil {
			return "", errors.Join(err, kept())
		}
		return "gone", nil
	}})
}

func unlessRefused(err error) error {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// unprotect spells the call in one of the ways in which seed 001 saw it, or goes for stopping and shutdown as well.
func unprotect(id string, spelling int) []*ec2.ModifyInstanceAttributeInput {
	off := &types.AttributeBooleanValue{Value: aws.Bool(false)}
	flag := &ec2.ModifyInstanceAttributeInput{InstanceId: &id, DisableApiTermination: off}
	switch spelling % 4 {
	case 1:
		return []*ec2.ModifyInstanceAttributeInput{{InstanceId: &id, Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false")}}
	case 2:
		return []*ec2.ModifyInstanceAttributeInput{{InstanceId: &id, DisableApiStop: off}, flag}
	case 3:
		terminate := &types.AttributeValue{Value: aws.String("terminate")}
		return []*ec2.ModifyInstanceAttributeInput{{InstanceId: &id, InstanceInitiatedShutdownBehavior: terminate}, flag}
	}
	return []*ec2.ModifyInstanceAttributeInput{flag}
}

// seconds are the times at which mallory's second key destroys.
var seconds = []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second, 40 * time.Second}
