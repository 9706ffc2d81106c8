package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// mixedFrom is the template by which a mixed-instances policy launches, and the first of its overrides: the world has capacity
// of every type.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
func mixedFrom(at core.At, m *types.MixedInstancesPolicy) (types.LaunchTemplateSpecification, types.LaunchTemplateOverrides, *core.Refusal) {
	if m.LaunchTemplate == nil || m.LaunchTemplate.LaunchTemplateSpecification == nil {
		return types.LaunchTemplateSpecification{}, types.LaunchTemplateOverrides{}, core.Refuse("ValidationError", "You must use a valid fully-formed launch template.")
	}
	from, first := *m.LaunchTemplate.LaunchTemplateSpecification, types.LaunchTemplateOverrides{}
	if len(m.LaunchTemplate.Overrides) > 0 {
		first = m.LaunchTemplate.Overrides[0]
	}
	if first.LaunchTemplateSpecification != nil {
		from = *first.LaunchTemplateSpecification
	}
	_, _, refused := ec2.VersionBy(at, from.LaunchTemplateId, from.LaunchTemplateName, aws.ToString(from.Version))
	if refused != nil {
		refused = core.Refuse("ValidationError", "You must use a valid fully-formed launch template. %s", refused.Message)
	}
	return from, first, refused
}

// mix makes a launch one by the group's policy.
func mix(at core.At, in *sdk.RunInstancesInput, m *types.MixedInstancesPolicy) {
	from, first, refused := mixedFrom(at, m)
	if refused != nil {
		return // the launch itself is refused
	}
	in.LaunchTemplate = &ec2types.LaunchTemplateSpecification{
		LaunchTemplateId: from.LaunchTemplateId, LaunchTemplateName: from.LaunchTemplateName, Version: from.Version,
	}
	in.ImageId, in.InstanceType = first.ImageId, ec2types.InstanceType(aws.ToString(first.InstanceType))
}
