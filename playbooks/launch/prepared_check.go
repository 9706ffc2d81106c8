package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// check reads what would be launched now. Several sorts of change end at a template: that is the root.
func (k *references) check(ctx context.Context, in playbook.In, s playbook.Suspect[prepared], p ImagePolicy) ([]playbook.Suspect[prepared], error) {
	r := reader{in: in, place: s.Resource.Place(), rules: p, at: in.Now, since: incident{s.Facts.At, s.Facts.By}, known: map[string]verdict{}}
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

// use is how a group refers to a template.
type use struct {
	group   string
	version string // $Default, $Latest, or a number
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
	f := prepared{At: r.since.at, By: r.since.by, Name: aws.ToString(t.LaunchTemplateName), Default: aws.ToInt64(t.DefaultVersionNumber), Checked: true}
	if f.Bad, err = r.unapproved(ctx, t, uses, versions); err != nil || len(f.Bad) == 0 {
		return nil, err
	}
	root := r.place.In(event.LaunchTemplate, aws.ToString(t.LaunchTemplateId))
	bad := func(version int64) bool {
		return slices.ContainsFunc(f.Bad, func(b broken) bool { return b.Version == version })
	}
	if bad(f.Default) {
		var shown bool
		if f.Back, shown, err = r.wayBack(ctx, root, versions, f.Default); err != nil {
			return nil, err
		}
		f.Guess = f.Back > 0 && !shown
	}
	for _, u := range uses {
		switch {
		case !bad(number(t, u.version)):
		case f.Back > 0 && !f.Guess && u.version == "$Default":
			f.Follow = append(f.Follow, u.group)
		default:
			f.Groups = append(f.Groups, u.group)
		}
	}
	if f.Back == 0 && len(f.Groups) == 0 {
		return nil, nil
	}
	// In order and without doubles: facts that did not change look the same.
	f.Groups, f.Follow = slices.Compact(slices.Sorted(slices.Values(f.Groups))), slices.Compact(slices.Sorted(slices.Values(f.Follow)))
	return []playbook.Suspect[prepared]{{Resource: root, Title: f.title("launch template " + f.Name), Facts: f}}, nil
}

// unapproved judges the versions that would be launched: the default, by all that name none, and those of the groups.
func (r reader) unapproved(ctx context.Context, t *types.LaunchTemplate, uses []use, versions map[int64]version) (bad []broken, err error) {
	numbers := []int64{aws.ToInt64(t.DefaultVersionNumber)}
	for _, u := range uses {
		numbers = append(numbers, number(t, u.version))
	}
	slices.Sort(numbers)
	var unread []broken
	for _, n := range slices.Compact(numbers) {
		v, image, err := r.resolve(ctx, versions[n].image)
		switch {
		case errors.Is(err, errIllegible): // one that can't be read must not hide another
			unread = append(unread, broken{n, versions[n].image, "its image can't be read", "what it would launch can't be read, so that what it is can't be told"})
		case err != nil:
			return nil, err
		case v.breaks != "":
			bad = append(bad, broken{n, image, v.breaks, v.doubt})
		}
	}
	if len(bad) == 0 { // nothing worse: that it can't be read is told, or it would be an error for ever
		return unread, nil
	}
	return bad, nil
}

// configuration confirms where a group would launch an unapproved image by the configuration.
func (r reader) configuration(ctx context.Context, name string) ([]playbook.Suspect[prepared], error) {
	f := prepared{At: r.since.at, By: r.since.by, Checked: true}
	refs, err := r.configurationImages(ctx, name)
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	v, image, err := r.resolve(ctx, refs[0])
	if err != nil || v.breaks == "" {
		return nil, err
	}
	f.Bad = []broken{{Image: image, Breaks: v.breaks, Doubt: v.doubt}}
	groups, err := r.groups(ctx)
	for _, g := range groups {
		if aws.ToString(g.LaunchConfigurationName) == name {
			f.Groups = append(f.Groups, aws.ToString(g.AutoScalingGroupName))
		}
	}
	if err != nil || len(f.Groups) == 0 {
		return nil, err
	}
	slices.Sort(f.Groups)
	return []playbook.Suspect[prepared]{{
		Resource: r.place.In(event.LaunchConfiguration, name), Title: f.title("launch configuration " + name), Facts: f,
	}}, nil
}

// group checks what one group launches by: images that it names itself, templates, a configuration.
func (r reader) group(ctx context.Context, name string) (out []playbook.Suspect[prepared], err error) {
	groups, err := r.groups(ctx, name)
	for _, g := range groups {
		templates, images := launchesBy(g)
		own, err := r.direct(ctx, name, images, false)
		if err != nil {
			return nil, err
		}
		out = append(out, own...)
		for _, t := range templates {
			found, err := r.template(ctx, cmp.Or(aws.ToString(t.LaunchTemplateId), aws.ToString(t.LaunchTemplateName)))
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		if c := aws.ToString(g.LaunchConfigurationName); c != "" {
			found, err := r.configuration(ctx, c)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, err
}

// direct confirms where a group launches an unapproved image that is no default's or configuration's: no way leads back from
// that but a person's, and the group stops launching.
func (r reader) direct(ctx context.Context, group string, refs []string, refresh bool) ([]playbook.Suspect[prepared], error) {
	f := prepared{At: r.since.at, By: r.since.by, Groups: []string{group}, Refresh: refresh, Checked: true}
	var unread error
	for _, ref := range refs {
		v, image, err := r.resolve(ctx, ref)
		b := broken{Image: image, Breaks: v.breaks, Doubt: v.doubt}
		switch {
		case errors.Is(err, errIllegible): // one that can't be read must not hide another
			unread = err
		case err != nil:
			return nil, err
		case v.breaks != "" && !slices.Contains(f.Bad, b):
			f.Bad = append(f.Bad, b)
		}
	}
	if len(f.Bad) == 0 {
		return nil, unread
	}
	return []playbook.Suspect[prepared]{{Resource: r.place.In(event.Group, group), Title: f.title("group " + group), Facts: f}}, nil
}

// refresh checks what the instance refreshes under way would bring.
func (r reader) refresh(ctx context.Context, group string) ([]playbook.Suspect[prepared], error) {
	out, err := r.in.AWS.AutoScaling(r.place).DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: &group})
	if access.Answered(err, "ValidationError") { // the group is gone
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read instance refreshes of group %q: %w", group, err)
	}
	finished := []scaling.InstanceRefreshStatus{ // such a refresh replaces nothing any more
		scaling.InstanceRefreshStatusSuccessful, scaling.InstanceRefreshStatusFailed, scaling.InstanceRefreshStatusCancelled,
		scaling.InstanceRefreshStatusRollbackSuccessful, scaling.InstanceRefreshStatusRollbackFailed,
	}
	var refs []string
	for _, run := range out.InstanceRefreshes { // the newest first: those that ended are not looked for among thousands
		if run.DesiredConfiguration == nil || slices.Contains(finished, run.Status) {
			continue
		}
		found, err := r.images(ctx, scaling.AutoScalingGroup{
			LaunchTemplate: run.DesiredConfiguration.LaunchTemplate, MixedInstancesPolicy: run.DesiredConfiguration.MixedInstancesPolicy,
		})
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	return r.direct(ctx, group, refs, true)
}
