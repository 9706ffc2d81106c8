package action

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// defaultVersionKind chooses what a launch template launches.
var defaultVersionKind = Define[DefaultVersion](Kind{
	Name: "ec2.default-version", Version: 1, Does: "set a launch template's default version", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.EC2DescribeLaunchTemplates},
	Writes:   []call.ID{call.EC2ModifyLaunchTemplate},
	UndoneBy: []call.ID{call.EC2ModifyLaunchTemplate, call.EC2DeleteLaunchTemplate},
})

// DefaultVersion wants a template's default to be one version. It is its own way back, with the version that was.
type DefaultVersion struct {
	Template event.Resource // by id
	Version  int64
}

// About is the action as data.
func (d DefaultVersion) About() About {
	return About{
		Kind: defaultVersionKind, Target: d.Template,
		Hits: fmt.Sprintf("all that launch by the default of template %s, which becomes version %d", d.Template.ID, d.Version),
	}
}

// Look reads the default: taking back, it shows whether the default was moved elsewhere in between.
func (d DefaultVersion) Look(ctx context.Context, r access.Reads) (Look, error) {
	out, err := r.EC2(d.Template.Place()).DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{
		LaunchTemplateIds: []string{d.Template.ID},
	})
	if Missing(err) || err == nil && len(out.LaunchTemplates) == 0 {
		return Look{Missing: "the launch template is deleted"}, nil
	}
	if err != nil {
		return Look{}, fmt.Errorf("read launch template %q: %w", d.Template.ID, err)
	}
	now := aws.ToInt64(out.LaunchTemplates[0].DefaultVersionNumber)
	if now == d.Version {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: DefaultVersion{d.Template, now}}, nil
}

// Do moves the default. A version that was deleted is a definitive refusal; versions count from 1, and a preview knows none.
func (d DefaultVersion) Do(ctx context.Context, w access.Writes) error { return d.set(ctx, w) }

func (d DefaultVersion) set(ctx context.Context, w access.Writes) error {
	if d.Version < 1 {
		return cannot("set a default version that is not known")
	}
	_, err := w.EC2(d.Template.Place()).ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateId: aws.String(d.Template.ID), DefaultVersion: aws.String(strconv.FormatInt(d.Version, 10)),
	})
	return Refused(fmt.Sprintf("set default version of %q to %d", d.Template.ID, d.Version), err)
}

// back sets the version that was default, unless another caller has chosen one since.
func (d DefaultVersion) back(now Action, did []Action) Back {
	for _, a := range did {
		if a == now {
			return Back{Do: d}
		}
	}
	present, _ := now.(DefaultVersion)
	return Back{Stays: []string{fmt.Sprintf("the default version was set to %d since by another caller", present.Version)}}
}
