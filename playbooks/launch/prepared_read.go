package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
)

// find reads a template by id or name; nil where there is none. A name may look like an id, so both are tried.
func (r reader) find(ctx context.Context, ref string) (*types.LaunchTemplate, error) {
	ways := []*ec2.DescribeLaunchTemplatesInput{{LaunchTemplateNames: []string{ref}}}
	if strings.HasPrefix(ref, "lt-") {
		ways = slices.Insert(ways, 0, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{ref}})
	}
	for _, in := range ways {
		out, err := r.in.AWS.EC2(r.place).DescribeLaunchTemplates(ctx, in)
		switch {
		case access.Answered(err, notThere()...):
		case err != nil:
			return nil, fmt.Errorf("read launch template %q: %w", ref, err)
		case len(out.LaunchTemplates) > 0:
			return &out.LaunchTemplates[0], nil
		}
	}
	return nil, nil
}

// notThere are the codes by which EC2 says that it knows no such template, or no such version of it.
func notThere() []string {
	return []string{
		"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed", "InvalidLaunchTemplateName.NotFoundException",
		"InvalidLaunchTemplateId.VersionNotFound",
	}
}

// version is one version of a template, as far as it matters.
type version struct {
	image string // as it is written: an id, resolve:ssm:..., or ""
	by    string // who made it, as principal writes it
	made  time.Time
}

// versions returns all versions of a template, by number.
func (r reader) versions(ctx context.Context, t *types.LaunchTemplate) (map[int64]version, error) {
	all, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId})
	if err != nil {
		return nil, fmt.Errorf("read versions of launch template %q: %w", aws.ToString(t.LaunchTemplateId), err)
	}
	versions := map[int64]version{}
	for _, v := range all {
		versions[aws.ToInt64(v.VersionNumber)] = version{imageOf(v), principal(aws.ToString(v.CreatedBy)), aws.ToTime(v.CreateTime)}
	}
	return versions, nil
}

// number returns the version that $Default, $Latest or a number means now.
func number(t *types.LaunchTemplate, version string) int64 {
	switch version {
	case "", "$Default":
		return aws.ToInt64(t.DefaultVersionNumber)
	case "$Latest":
		return aws.ToInt64(t.LatestVersionNumber)
	}
	n, _ := strconv.ParseInt(version, 10, 64) // AWS takes nothing but a number here; 0 is no version
	return n
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

// templateImages returns those of the version of a template that is followed; none where there is no such template or version.
func (r reader) templateImages(ctx context.Context, s scaling.LaunchTemplateSpecification) (refs []string, err error) {
	in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: s.LaunchTemplateId, Versions: []string{cmp.Or(aws.ToString(s.Version), "$Default")}}
	if s.LaunchTemplateId == nil { // AWS takes one of the two
		in.LaunchTemplateName = s.LaunchTemplateName
	}
	found, err := r.describeVersions(ctx, in)
	if access.Answered(err, notThere()...) {
		return nil, nil // nothing is launched by that
	}
	if err != nil {
		return nil, fmt.Errorf("read launch template %q: %w", aws.ToString(s.LaunchTemplateId), err)
	}
	for _, v := range found {
		refs = append(refs, imageOf(v))
	}
	return refs, nil
}

// configurationImages returns that of a launch configuration; none where there is no such configuration.
func (r reader) configurationImages(ctx context.Context, name string) (refs []string, err error) {
	out, err := r.in.AWS.AutoScaling(r.place).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{
		LaunchConfigurationNames: []string{name},
	})
	if err != nil {
		return nil, fmt.Errorf("read launch configuration %q: %w", name, err)
	}
	for _, c := range out.LaunchConfigurations {
		refs = append(refs, aws.ToString(c.ImageId))
	}
	return refs, nil
}

// launchesBy returns all templates that a group may launch by, and the images that a mixed-instances policy names itself, over its
// templates'.
func launchesBy(g scaling.AutoScalingGroup) (templates []scaling.LaunchTemplateSpecification, images []string) {
	add := func(s *scaling.LaunchTemplateSpecification) {
		if s != nil {
			templates = append(templates, *s)
		}
	}
	add(g.LaunchTemplate)
	if g.MixedInstancesPolicy == nil || g.MixedInstancesPolicy.LaunchTemplate == nil {
		return templates, nil
	}
	add(g.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification)
	for _, o := range g.MixedInstancesPolicy.LaunchTemplate.Overrides {
		add(o.LaunchTemplateSpecification)
		if o.ImageId != nil {
			images = append(images, *o.ImageId)
		}
	}
	return templates, images
}

// uses returns how groups launch by a template.
func (r reader) uses(ctx context.Context, t *types.LaunchTemplate) (out []use, err error) {
	groups, err := r.groups(ctx)
	for _, g := range groups {
		templates, _ := launchesBy(g)
		for _, s := range templates {
			byID := aws.ToString(s.LaunchTemplateId) == aws.ToString(t.LaunchTemplateId)
			byName := s.LaunchTemplateId == nil && aws.ToString(s.LaunchTemplateName) == aws.ToString(t.LaunchTemplateName)
			if byID || byName {
				out = append(out, use{aws.ToString(g.AutoScalingGroupName), cmp.Or(aws.ToString(s.Version), "$Default")})
			}
		}
	}
	return out, err
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
