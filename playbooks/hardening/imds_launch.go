package hardening

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
)

// version is the version of a launch template that is to be put right, and the next.
type version struct {
	Source int64  `json:",omitempty"`
	Next   int64  `json:",omitempty"`
	Like   string `json:",omitempty"` // action.LikeTemplate of the source
}

// listTemplate wants templates whose default launches what answers without a token, or says nothing of it.
func listTemplate(at event.Resource, v types.LaunchTemplateVersion, _ ImdsParams) *playbook.Listed[imds] {
	options := action.TemplateMetadata(v.LaunchTemplateData)
	if v.LaunchTemplateData == nil || !weak(options.Tokens, options.Endpoint) {
		return nil
	}
	return &playbook.Listed[imds]{Suspect: imds{Options: options}.of(at)}
}

// listConfiguration wants launch configurations alike. They can't be changed.
func listConfiguration(at event.Resource, c scaling.LaunchConfiguration, _ ImdsParams) *playbook.Listed[imds] {
	var f imds
	if m := c.MetadataOptions; m != nil {
		f.Options.Tokens, f.Options.Endpoint = string(m.HttpTokens), string(m.HttpEndpoint)
	}
	if !weak(f.Options.Tokens, f.Options.Endpoint) {
		return nil
	}
	return &playbook.Listed[imds]{Suspect: f.of(at)}
}

// weak reports whether a launch by these words answers without a token, as far as they tell.
func weak(tokens, endpoint string) bool {
	return tokens != string(types.HttpTokensStateRequired) && endpoint != string(types.InstanceMetadataEndpointStateDisabled)
}

// checkTemplate looks at the template with its tags, at what it leaves to others, and at all that was launched from it.
func checkTemplate(ctx context.Context, in playbook.In, s playbook.Suspect[imds], p ImdsParams) ([]playbook.Suspect[imds], error) {
	c := in.AWS.EC2(s.Resource.Place())
	out, err := c.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{s.Resource.ID}})
	if action.Missing(err) || err == nil && len(out.LaunchTemplates) != 1 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read launch template %q: %w", s.Resource.ID, err)
	}
	t := out.LaunchTemplates[0]
	v, err := defaultVersion(ctx, c, s.Resource.ID)
	if err != nil || v == nil {
		return nil, err
	}
	listed := listTemplate(s.Resource, *v, p)
	if listed == nil {
		return nil, nil
	}
	f := listed.Suspect.Facts
	if f.Options.Tokens == "" {
		if required, err := requiredByDefault(ctx, in.AWS, s.Resource.Place(), aws.ToString(v.LaunchTemplateData.ImageId)); err != nil || required {
			return nil, err
		}
	}
	tags := managed.Tags(t.Tags)
	f.Managed = managed.By(tags, t.Operator, p.CodeTags)
	f.Behind = aws.ToInt64(v.VersionNumber) != aws.ToInt64(t.LatestVersionNumber)
	if f.Managed == "" && !f.Behind {
		f.Version = &version{Source: aws.ToInt64(v.VersionNumber), Next: aws.ToInt64(t.LatestVersionNumber) + 1}
		if f.Version.Like, err = action.LikeTemplate(v.LaunchTemplateData); err != nil {
			return nil, err
		}
		if f.Evidence, f.Told, err = launchedQuietly(ctx, in, s.Resource, p.Days); err != nil {
			return nil, err
		}
	}
	found := f.of(s.Resource)
	found.Tags = tags
	return []playbook.Suspect[imds]{found}, nil
}

func defaultVersion(ctx context.Context, c access.EC2Reads, template string) (*types.LaunchTemplateVersion, error) {
	out, err := c.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: aws.String(template), Versions: []string{"$Default"}})
	if action.Missing(err) || err == nil && len(out.LaunchTemplateVersions) != 1 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the default of launch template %q: %w", template, err)
	}
	return &out.LaunchTemplateVersions[0], nil
}

// requiredByDefault reports whether a launch that says nothing requires tokens: by the account's default, else by the image. An image that
// is not seen, or named by a parameter, is taken to say nothing.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-options-order-of-precedence.html
func requiredByDefault(ctx context.Context, r access.Reads, at event.Place, image string) (bool, error) {
	setting, err := inventory.SettingOf(ctx, r, at)
	if err != nil || setting.Metadata.HttpTokens != "" {
		return setting.Metadata.HttpTokens == types.HttpTokensStateRequired, err
	}
	if image == "" {
		return false, nil
	}
	out, err := r.EC2(at).DescribeImages(ctx, &ec2.DescribeImagesInput{Filters: []types.Filter{{Name: aws.String("image-id"), Values: []string{image}}}})
	if err != nil {
		return false, fmt.Errorf("read image %q: %w", image, err)
	}
	return len(out.Images) == 1 && out.Images[0].ImdsSupport == types.ImdsSupportValuesV20, nil
}

// mostLaunched is how many instances of one template are looked at: of more it is not known, and a person is asked.
const mostLaunched = 50

// launchedQuietly asks of all instances that were launched from a template whether they are called without a token.
func launchedQuietly(ctx context.Context, in playbook.In, template event.Resource, days int) (evidence, string, error) {
	all, err := inPlace(ctx, in.AWS, template.Place(), types.Filter{Name: aws.String("tag:aws:ec2launchtemplate:id"), Values: []string{template.ID}})
	if err != nil {
		return "", "", err
	}
	var doubt string
	seen := 0
	for _, i := range all {
		if !ran(i) {
			continue
		}
		if seen++; seen > mostLaunched {
			return unknown, fmt.Sprintf("more than %d instances were launched from it", mostLaunched), nil
		}
		e, told, err := tokenless(ctx, in, template.Place().In(event.Instance, instanceOf(i)), true, days)
		switch {
		case err != nil:
			return "", "", err
		case e == used:
			return used, told + " by an instance that was launched from it", nil
		case e == unknown && doubt == "":
			doubt = "of an instance that was launched from it, " + told
		}
	}
	switch {
	case seen == 0:
		return unknown, "no instance runs that was launched from it", nil
	case doubt != "":
		return unknown, doubt, nil
	}
	return quiet, "", nil
}

// inPlace are the instances of a place that a filter leaves.
func inPlace(ctx context.Context, r access.Reads, at event.Place, filters ...types.Filter) (all []types.Instance, err error) {
	for pages := ec2.NewDescribeInstancesPaginator(r.EC2(at), &ec2.DescribeInstancesInput{Filters: filters, MaxResults: aws.Int32(1000)}); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list instances: %w", err)
		}
		for _, reservation := range out.Reservations {
			all = append(all, reservation.Instances...)
		}
	}
	return all, nil
}

// checkConfiguration confirms a launch configuration that a group launches by. Others launch nothing.
func checkConfiguration(ctx context.Context, in playbook.In, s playbook.Suspect[imds], p ImdsParams) ([]playbook.Suspect[imds], error) {
	c := in.AWS.AutoScaling(s.Resource.Place())
	out, err := c.DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{s.Resource.ID}})
	if err != nil {
		return nil, fmt.Errorf("read launch configuration %q: %w", s.Resource.ID, err)
	}
	if len(out.LaunchConfigurations) != 1 {
		return nil, nil
	}
	found := listConfiguration(s.Resource, out.LaunchConfigurations[0], p)
	if found == nil {
		return nil, nil
	}
	if found.Suspect.Facts.Options.Tokens == "" {
		if required, err := requiredByDefault(ctx, in.AWS, s.Resource.Place(), aws.ToString(out.LaunchConfigurations[0].ImageId)); err != nil || required {
			return nil, err
		}
	}
	for pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(c, &autoscaling.DescribeAutoScalingGroupsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list groups: %w", err)
		}
		for _, g := range page.AutoScalingGroups {
			if aws.ToString(g.LaunchConfigurationName) == s.Resource.ID {
				return []playbook.Suspect[imds]{found.Suspect}, nil
			}
		}
	}
	return nil, nil
}
