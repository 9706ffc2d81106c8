package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// group checks what one group launches by, and what an instance refresh under way brings it.
func (r reader) group(ctx context.Context, name string) (out []playbook.Suspect[prepared], err error) {
	groups, err := r.groups(ctx, name)
	for _, g := range groups {
		own, err := r.direct(ctx, name, overrideImages(g), false)
		if err != nil {
			return nil, err
		}
		out = append(out, own...)
		for _, s := range specs(g) {
			found, err := r.template(ctx, cmp.Or(aws.ToString(s.LaunchTemplateId), aws.ToString(s.LaunchTemplateName)))
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
		v, image, err := r.breaks(ctx, ref)
		if closed := new(illegible); errors.As(err, &closed) { // one that nobody can read must not hide another
			unread = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if b := (broken{Image: image, Breaks: v.breaks, Doubt: v.doubt}); v.breaks != "" && !slices.Contains(f.Bad, b) {
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
	var refs []string
	for _, run := range out.InstanceRefreshes { // the newest first: those that ended are not looked for among thousands
		if run.DesiredConfiguration == nil || finished(run.Status) {
			continue
		}
		found, err := r.images(ctx, types.AutoScalingGroup{
			LaunchTemplate: run.DesiredConfiguration.LaunchTemplate, MixedInstancesPolicy: run.DesiredConfiguration.MixedInstancesPolicy,
		})
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	return r.direct(ctx, group, refs, true)
}

// finished reports whether a refresh replaces nothing any more.
func finished(s types.InstanceRefreshStatus) bool {
	return slices.Contains([]types.InstanceRefreshStatus{
		types.InstanceRefreshStatusSuccessful, types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
		types.InstanceRefreshStatusRollbackSuccessful, types.InstanceRefreshStatusRollbackFailed,
	}, s)
}

// uses are the groups that launch by a template.
func (r reader) uses(ctx context.Context, t *ec2types.LaunchTemplate) (out []use, err error) {
	groups, err := r.groups(ctx)
	for _, g := range groups {
		for _, s := range specs(g) {
			byID := aws.ToString(s.LaunchTemplateId) == aws.ToString(t.LaunchTemplateId)
			byName := s.LaunchTemplateId == nil && aws.ToString(s.LaunchTemplateName) == aws.ToString(t.LaunchTemplateName)
			if byID || byName {
				out = append(out, use{aws.ToString(g.AutoScalingGroupName), aws.ToString(s.Version)})
			}
		}
	}
	return out, err
}

// configured are the groups that launch by a configuration.
func (r reader) configured(ctx context.Context, name string) (out []string, err error) {
	groups, err := r.groups(ctx)
	for _, g := range groups {
		if aws.ToString(g.LaunchConfigurationName) == name {
			out = append(out, aws.ToString(g.AutoScalingGroupName))
		}
	}
	slices.Sort(out)
	return out, err
}

// specs are all templates that a group may launch by.
func specs(g types.AutoScalingGroup) (out []types.LaunchTemplateSpecification) {
	if g.LaunchTemplate != nil {
		out = append(out, *g.LaunchTemplate)
	}
	if g.MixedInstancesPolicy == nil || g.MixedInstancesPolicy.LaunchTemplate == nil {
		return out
	}
	mixed := g.MixedInstancesPolicy.LaunchTemplate
	if mixed.LaunchTemplateSpecification != nil {
		out = append(out, *mixed.LaunchTemplateSpecification)
	}
	for _, o := range mixed.Overrides {
		if o.LaunchTemplateSpecification != nil {
			out = append(out, *o.LaunchTemplateSpecification)
		}
	}
	return out
}

// groups reads the named groups of the place, or all of them.
func (r reader) groups(ctx context.Context, names ...string) (out []types.AutoScalingGroup, err error) {
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.in.AWS.AutoScaling(r.place), &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: names,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read Auto Scaling groups: %w", err)
		}
		out = append(out, page.AutoScalingGroups...)
	}
	return out, nil
}
