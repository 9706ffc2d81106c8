package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/playbook"
)

// find reads a template by id or name; nil where there is none. A name may look like an id, so both are tried.
func (r reader) find(ctx context.Context, ref string) (*types.LaunchTemplate, error) {
	if strings.HasPrefix(ref, "lt-") {
		t, err := r.describe(ctx, ref, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{ref}})
		if err != nil || t != nil {
			return t, err
		}
	}
	return r.describe(ctx, ref, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{ref}})
}

func (r reader) describe(ctx context.Context, ref string, in *ec2.DescribeLaunchTemplatesInput) (*types.LaunchTemplate, error) {
	out, err := r.in.AWS.EC2(r.place).DescribeLaunchTemplates(ctx, in)
	if absent(err, "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed", "InvalidLaunchTemplateName.NotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read launch template %q: %w", ref, err)
	}
	if len(out.LaunchTemplates) == 0 {
		return nil, nil
	}
	return &out.LaunchTemplates[0], nil
}

// versions are the images of all versions of a template, as they are written: an id, resolve:ssm:..., or "".
func (r reader) versions(ctx context.Context, t *types.LaunchTemplate) (map[int64]string, error) {
	all, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId})
	if err != nil {
		return nil, fmt.Errorf("read versions of launch template %q: %w", aws.ToString(t.LaunchTemplateId), err)
	}
	images := map[int64]string{}
	for _, v := range all {
		images[aws.ToInt64(v.VersionNumber)] = imageOf(v)
	}
	return images, nil
}

func (r reader) describeVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput) (out []types.LaunchTemplateVersion, err error) {
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(r.in.AWS.EC2(r.place), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, page.LaunchTemplateVersions...)
	}
	return out, nil
}

func imageOf(v types.LaunchTemplateVersion) string {
	if v.LaunchTemplateData == nil {
		return ""
	}
	return aws.ToString(v.LaunchTemplateData.ImageId)
}

// resolve follows resolve:ssm:PARAMETER; "" where the parameter is not there or holds no image's id: EC2 launches nothing
// then, and what else a parameter holds is nobody's business here.
func (r reader) resolve(ctx context.Context, ref string) (string, error) {
	name, ok := strings.CutPrefix(ref, "resolve:ssm:")
	if !ok {
		return ref, nil
	}
	out, err := r.in.AWS.SSM(r.place).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	if absent(err, "ParameterNotFound", "ParameterVersionNotFound", "ParameterVersionLabelNotFound") {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read parameter %q: %w", name, err)
	}
	if out.Parameter == nil || !strings.HasPrefix(aws.ToString(out.Parameter.Value), "ami-") {
		return "", nil
	}
	return aws.ToString(out.Parameter.Value), nil
}

// parameter finds the templates that read a parameter by their default or latest version, and checks each.
func (r reader) parameter(ctx context.Context, name string) (out []playbook.Suspect[prepared], err error) {
	// Asked without a template, AWS tells the default and latest versions of all of them.
	all, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default", "$Latest"}})
	if err != nil {
		return nil, fmt.Errorf("read versions of launch templates: %w", err)
	}
	var readers []string
	for _, v := range all {
		if ref := imageOf(v); strings.HasPrefix(ref, "resolve:ssm:") && strings.TrimPrefix(parameterName(ref), "/") == strings.TrimPrefix(name, "/") {
			readers = append(readers, aws.ToString(v.LaunchTemplateId))
		}
	}
	slices.Sort(readers)
	for _, id := range slices.Compact(readers) {
		found, err := r.template(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

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
func (r reader) uses(ctx context.Context, t *types.LaunchTemplate) (out []use, err error) {
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
func specs(g scaling.AutoScalingGroup) (out []scaling.LaunchTemplateSpecification) {
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
func (r reader) groups(ctx context.Context, names ...string) (out []scaling.AutoScalingGroup, err error) {
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
