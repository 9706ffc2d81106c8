package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// mostSources bounds the templates and configurations that one look reads.
const mostSources = 300

// groupReader finds the groups of some instance profiles, in one region.
type groupReader struct {
	aws      access.Reads
	at       event.Place
	profiles []string          // names
	known    map[source]string // profiles by what launches; "" for none
	doubt    string            // what could not be known
}

// source is what instances are launched by: a version of a template, or a launch configuration.
type source struct{ template, version, configuration string }

// groups returns those that launch with one of the profiles, or have members that were launched so.
func (r *groupReader) groups(ctx context.Context) (own []ownGroup, err error) {
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.aws.AutoScaling(r.at), &autoscaling.DescribeAutoScalingGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read Auto Scaling groups of %s: %w", r.at.Region, err)
		}
		for _, g := range page.AutoScalingGroups {
			for _, s := range launchSources(g) {
				profile, err := r.profile(ctx, s)
				if err != nil {
					return nil, err
				}
				if profile != "" && slices.Contains(r.profiles, profile) {
					own = append(own, ownGroup{Region: r.at.Region, Name: aws.ToString(g.AutoScalingGroupName), Classic: g.LoadBalancerNames, Targets: g.TargetGroupARNs})
					break
				}
			}
		}
	}
	slices.SortFunc(own, func(a, b ownGroup) int { return strings.Compare(a.Name, b.Name) })
	return own, nil
}

// launchSources are all that a group launches by, and that its members were launched by.
func launchSources(g scaling.AutoScalingGroup) (all []source) {
	add := func(t *scaling.LaunchTemplateSpecification, configuration *string) {
		if t != nil {
			all = append(all, source{template: cmp.Or(aws.ToString(t.LaunchTemplateId), aws.ToString(t.LaunchTemplateName)), version: cmp.Or(aws.ToString(t.Version), "$Default")})
		}
		if configuration != nil {
			all = append(all, source{configuration: *configuration})
		}
	}
	add(g.LaunchTemplate, g.LaunchConfigurationName)
	if m := g.MixedInstancesPolicy; m != nil && m.LaunchTemplate != nil {
		add(m.LaunchTemplate.LaunchTemplateSpecification, nil)
		for _, o := range m.LaunchTemplate.Overrides {
			add(o.LaunchTemplateSpecification, nil)
		}
	}
	for _, i := range g.Instances {
		add(i.LaunchTemplate, i.LaunchConfigurationName)
	}
	return all
}

// profile is the name of the profile that a source gives.
func (r *groupReader) profile(ctx context.Context, s source) (name string, err error) {
	if name, ok := r.known[s]; ok {
		return name, nil
	}
	if len(r.known) >= mostSources {
		r.doubt = fmt.Sprintf("there are more than %d launch templates and configurations in use: not all were read", mostSources)
		return "", nil
	}
	if s.configuration != "" {
		name, err = r.configured(ctx, s.configuration)
	} else {
		name, err = r.templated(ctx, s)
	}
	if err != nil {
		return "", err
	}
	name = name[strings.LastIndexByte(name, '/')+1:] // an ARN may stand there
	r.known[s] = name
	return name, nil
}

func (r *groupReader) configured(ctx context.Context, name string) (profile string, err error) {
	out, err := r.aws.AutoScaling(r.at).DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{name}})
	if err != nil {
		return "", fmt.Errorf("read launch configuration %q: %w", name, err)
	}
	if len(out.LaunchConfigurations) == 0 {
		r.doubt = "launch configuration " + name + " of a group is gone: which role its instances have is not known"
		return "", nil
	}
	return aws.ToString(out.LaunchConfigurations[0].IamInstanceProfile), nil
}

func (r *groupReader) templated(ctx context.Context, s source) (profile string, err error) {
	in := &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{s.version}}
	if strings.HasPrefix(s.template, "lt-") {
		in.LaunchTemplateId = aws.String(s.template)
	} else {
		in.LaunchTemplateName = aws.String(s.template)
	}
	out, err := r.aws.EC2(r.at).DescribeLaunchTemplateVersions(ctx, in)
	gone := access.Answered(err, "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.Malformed", "InvalidLaunchTemplateName.NotFoundException",
		"InvalidLaunchTemplateId.VersionNotFound")
	if err != nil && !gone {
		return "", fmt.Errorf("read launch template %q: %w", s.template, err)
	}
	if gone || len(out.LaunchTemplateVersions) == 0 {
		r.doubt = "launch template " + s.template + " of a group is gone, or version " + s.version + ": which role its instances have is not known"
		return "", nil
	}
	data := out.LaunchTemplateVersions[0].LaunchTemplateData
	if data == nil || data.IamInstanceProfile == nil {
		return "", nil
	}
	return cmp.Or(aws.ToString(data.IamInstanceProfile.Name), aws.ToString(data.IamInstanceProfile.Arn)), nil
}
