package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// pinKind fixes what a group launches. It needs too much for the contain tier: the call also changes sizes, and a group of
// size zero is as good as terminated; and AWS asks a caller that names a template for the rights to launch from it, which with a
// role to pass is a way to that role. The author tier, which writes policies, could give itself as much anyway. Where
// author is not granted, the ladder goes on and suspends.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
var pinKind = Define[Pin](Kind{
	Name: "autoscaling.pin", Version: 1, Does: "pin an Auto Scaling group to one version of its launch template", Class: Contain, Tier: TierAuthor,
	Reads:  []call.ID{call.AutoScalingDescribeAutoScalingGroups},
	Writes: []call.ID{call.AutoScalingUpdateAutoScalingGroup, call.EC2RunInstances, call.EC2CreateTags, call.IAMPassRole},
	// An instance refresh may bring a template of its own, which becomes the group's.
	UndoneBy: []call.ID{
		call.AutoScalingUpdateAutoScalingGroup, call.AutoScalingStartInstanceRefresh, call.AutoScalingRollbackInstanceRefresh,
		call.AutoScalingDeleteAutoScalingGroup,
	},
})

// Pin wants a group to launch one version of a template. It is its own way back, with the setting that was.
type Pin struct {
	Group    event.Resource
	Template string // id
	Version  string // a number; on the way back also $Latest or $Default
}

// About is the action as data.
func (p Pin) About() About {
	return About{
		Kind: pinKind, Target: p.Group,
		Hits: fmt.Sprintf("what group %s launches: version %s of %s", p.Group.ID, p.Version, p.Template),
	}
}

// Look compares the setting, not what it comes to now: $Default may be that very version today, and another tomorrow.
func (p Pin) Look(ctx context.Context, r access.Reads) (Look, error) {
	group, err := lookGroup(ctx, r, p.Group)
	if err != nil || group == nil {
		return Look{Missing: "the group is deleted"}.unless(err)
	}
	now, why := p.setting(group)
	switch {
	case why != "":
		return Look{Refused: why}, nil
	case now == p:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: now}, nil
}

// setting is the pin that restores what a group launches now, or why there is none. A group that names no version has
// $Default.
func (p Pin) setting(g *types.AutoScalingGroup) (now Pin, why string) {
	t := g.LaunchTemplate
	if t == nil || t.LaunchTemplateId == nil {
		return Pin{}, "the group launches by no template alone, but by a launch configuration or a mixed-instances policy"
	}
	now = Pin{p.Group, *t.LaunchTemplateId, aws.ToString(t.Version)}
	if now.Version == "" {
		now.Version = "$Default"
	}
	return now, ""
}

// Do changes the version and nothing else. A version that was deleted is a definitive refusal; a preview knows none.
func (p Pin) Do(ctx context.Context, w access.Writes) error {
	if p.Template == "" || p.Version == "" {
		return cannot("pin a group to a version that is not known")
	}
	_, err := w.AutoScaling(p.Group.Place()).UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(p.Group.ID),
		LaunchTemplate:       &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(p.Template), Version: aws.String(p.Version)},
	})
	return Refused(fmt.Sprintf("pin group %q to version %s of %q", p.Group.ID, p.Version, p.Template), err)
}

// back lets the group launch what it launched, unless another caller has chosen otherwise since.
func (p Pin) back(now Action, did []Action) Back {
	for _, a := range did {
		if a == now {
			return Back{Do: p}
		}
	}
	present, ok := now.(Pin)
	if !ok {
		return Back{Stays: []string{"what the group launches by was changed since by another caller"}}
	}
	return Back{Stays: []string{fmt.Sprintf("the group was set to version %s of %s since by another caller", present.Version, present.Template)}}
}
