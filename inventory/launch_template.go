package inventory

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// LaunchTemplates are the default versions of all launch templates, by the template's id. EC2 shows no tags of the templates with them.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
func LaunchTemplates() Type[types.LaunchTemplateVersion] {
	return Type[types.LaunchTemplateVersion]{
		Kind: event.LaunchTemplate, Reads: []call.ID{call.EC2DescribeLaunchTemplateVersions},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.LaunchTemplateVersion, error] {
			return pages(ctx, "launch templates", ec2.NewDescribeLaunchTemplateVersionsPaginator(r.EC2(at), &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default"}}),
				func(out *ec2.DescribeLaunchTemplateVersionsOutput) []types.LaunchTemplateVersion {
					return out.LaunchTemplateVersions
				})
		},
		ID: func(v types.LaunchTemplateVersion) string { return id(v.LaunchTemplateId) },
	}
}

// LaunchConfigurations are those of Auto Scaling, by name. They have no tags.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLaunchConfigurations.html
func LaunchConfigurations() Type[scaling.LaunchConfiguration] {
	return Type[scaling.LaunchConfiguration]{
		Kind: event.LaunchConfiguration, Reads: []call.ID{call.AutoScalingDescribeLaunchConfigurations},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]scaling.LaunchConfiguration, error] {
			return pages(ctx, "launch configurations", autoscaling.NewDescribeLaunchConfigurationsPaginator(r.AutoScaling(at), &autoscaling.DescribeLaunchConfigurationsInput{}),
				func(out *autoscaling.DescribeLaunchConfigurationsOutput) []scaling.LaunchConfiguration {
					return out.LaunchConfigurations
				})
		},
		ID: func(c scaling.LaunchConfiguration) string { return id(c.LaunchConfigurationName) },
	}
}
