package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// check reads what would be launched now. Several sorts of change end at a template: that is the root.
func (k *references) check(ctx context.Context, in playbook.In, s playbook.Suspect[prepared], p ImagePolicy) ([]playbook.Suspect[prepared], error) {
	r := reader{judge(in, s.Resource.Place(), p, in.Now), incident{s.Facts.At, s.Facts.By}}
	switch s.Resource.Type {
	case event.LaunchTemplate:
		return r.template(ctx, s.Resource.ID)
	case event.LaunchConfiguration:
		return r.configuration(ctx, s.Resource.ID)
	case event.Parameter:
		return r.parameter(ctx, s.Resource.ID, k)
	}
	if s.Facts.Refresh {
		return r.refresh(ctx, s.Resource.ID)
	}
	return r.group(ctx, s.Resource.ID)
}

// reader reads templates, configurations and groups of one place.
type reader struct {
	judges
	since incident
}

// use is how a group refers to a template.
type use struct {
	group   string
	version string // $Latest, a number, or "" and $Default
}

// template confirms where the default version, or one that a group follows, would launch an unapproved image, and
// something can be done about it.
func (r reader) template(ctx context.Context, ref string) ([]playbook.Suspect[prepared], error) {
	t, err := r.find(ctx, ref)
	if err != nil || t == nil {
		return nil, err
	}
	uses, err := r.uses(ctx, t)
	if err != nil {
		return nil, err
	}
	versions, err := r.versions(ctx, t)
	if err != nil {
		return nil, err
	}
	f, err := r.assess(ctx, t, uses, versions)
	if err != nil || len(f.Bad) == 0 || f.Back == 0 && len(f.Groups) == 0 {
		return nil, err
	}
	return []playbook.Suspect[prepared]{{
		Resource: r.place.In(event.LaunchTemplate, aws.ToString(t.LaunchTemplateId)), Title: f.title("launch template " + f.Name), Facts: f,
	}}, nil
}

// assess judges every version that would be launched, and finds the way back.
func (r reader) assess(ctx context.Context, t *types.LaunchTemplate, uses []use, versions map[int64]version) (prepared, error) {
	f := prepared{At: r.since.at, By: r.since.by, Name: aws.ToString(t.LaunchTemplateName), Default: aws.ToInt64(t.DefaultVersionNumber), Checked: true}
	bad := map[int64]bool{}
	var unread []broken
	for _, v := range launching(t, uses) {
		found, image, err := r.breaks(ctx, versions[v].image)
		var closed *illegible
		if errors.As(err, &closed) { // one that nobody can read must not hide another
			unread = append(unread, broken{v, closed.ref, "its image can't be read", "what it would launch can't be read, so nobody knows what it is"})
			continue
		}
		if err != nil {
			return f, err
		}
		if bad[v] = found.breaks != ""; bad[v] {
			f.Bad = append(f.Bad, broken{v, image, found.breaks, found.doubt})
		}
	}
	if len(f.Bad) == 0 { // nothing worse: that it can't be read is told, or it would be an error for ever
		for _, u := range unread {
			bad[u.Version] = true
		}
		f.Bad = unread
	}
	if len(f.Bad) == 0 {
		return f, nil
	}
	if bad[f.Default] {
		var err error
		var shown bool
		if f.Back, shown, err = r.wayBack(ctx, r.place.In(event.LaunchTemplate, aws.ToString(t.LaunchTemplateId)), versions, f.Default); err != nil {
			return f, err
		}
		f.Guess = f.Back > 0 && !shown
	}
	for _, u := range uses {
		switch {
		case !bad[u.number(t)]:
		case f.Back > 0 && !f.Guess && u.followsDefault():
			f.Follow = append(f.Follow, u.group)
		default:
			f.Groups = append(f.Groups, u.group)
		}
	}
	f.Groups, f.Follow = sorted(f.Groups), sorted(f.Follow)
	return f, nil
}

// sorted is in order and without doubles, so that facts which did not change look the same.
func sorted(names []string) []string { slices.Sort(names); return slices.Compact(names) }

// breaks says which rule the image of a version breaks. One without an image, or whose parameter is not there, launches
// nothing.
func (r reader) breaks(ctx context.Context, ref string) (v verdict, image string, err error) {
	image, err = r.resolve(ctx, ref)
	if err != nil || image == "" {
		return verdict{}, "", err
	}
	v, err = r.image(ctx, image)
	return v, image, err
}

// launching are the versions that something would launch: the default, by whoever names none, and those of the groups.
func launching(t *types.LaunchTemplate, uses []use) []int64 {
	out := []int64{aws.ToInt64(t.DefaultVersionNumber)}
	for _, u := range uses {
		out = append(out, u.number(t))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (u use) followsDefault() bool { return u.version == "" || u.version == "$Default" }

func (u use) number(t *types.LaunchTemplate) int64 {
	switch {
	case u.followsDefault():
		return aws.ToInt64(t.DefaultVersionNumber)
	case u.version == "$Latest":
		return aws.ToInt64(t.LatestVersionNumber)
	}
	n, _ := strconv.ParseInt(u.version, 10, 64) // AWS takes nothing but a number here; 0 is no version
	return n
}

func (f prepared) title(what string) string {
	var parts []string
	for _, b := range f.Bad {
		part := fmt.Sprintf("would launch %s: %s", b.Image, b.Breaks)
		if b.Version > 0 {
			part = fmt.Sprintf("version %d %s", b.Version, part)
		}
		parts = append(parts, part)
	}
	return what + " " + strings.Join(parts, "; ")
}

// configuration confirms where a group would launch an unapproved image by the configuration.
func (r reader) configuration(ctx context.Context, name string) ([]playbook.Suspect[prepared], error) {
	out, err := r.in.AWS.AutoScaling(r.place).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{
		LaunchConfigurationNames: []string{name},
	})
	if err != nil {
		return nil, fmt.Errorf("read launch configuration %q: %w", name, err)
	}
	if len(out.LaunchConfigurations) == 0 {
		return nil, nil
	}
	v, image, err := r.breaks(ctx, aws.ToString(out.LaunchConfigurations[0].ImageId))
	if err != nil || v.breaks == "" {
		return nil, err
	}
	f := prepared{At: r.since.at, By: r.since.by, Bad: []broken{{Image: image, Breaks: v.breaks, Doubt: v.doubt}}, Checked: true}
	if f.Groups, err = r.configured(ctx, name); err != nil || len(f.Groups) == 0 {
		return nil, err
	}
	return []playbook.Suspect[prepared]{{
		Resource: r.place.In(event.LaunchConfiguration, name), Title: f.title("launch configuration " + name), Facts: f,
	}}, nil
}
