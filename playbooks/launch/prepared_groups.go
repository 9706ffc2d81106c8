package launch

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/playbook"
)

// group checks what one group launches by.
func (r reader) group(ctx context.Context, name string) (out []playbook.Suspect[prepared], err error) {
	groups, err := r.groups(ctx, name)
	for _, g := range groups {
		for _, s := range specs(g) {
			ref := aws.ToString(s.LaunchTemplateId)
			if ref == "" {
				ref = aws.ToString(s.LaunchTemplateName)
			}
			found, err := r.template(ctx, ref)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		if c := aws.ToString(g.LaunchConfigurationName); c != "" {
			return r.configuration(ctx, c)
		}
	}
	return out, err
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
