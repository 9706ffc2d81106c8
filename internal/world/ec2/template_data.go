package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// templateParameters are the members of a template's data that the world models.
const templateParameters = " LaunchTemplateData.ImageId LaunchTemplateData.InstanceType LaunchTemplateData.KeyName LaunchTemplateData.SecurityGroupIds " +
	"LaunchTemplateData.UserData LaunchTemplateData.DisableApiTermination LaunchTemplateData.DisableApiStop " +
	"LaunchTemplateData.InstanceInitiatedShutdownBehavior LaunchTemplateData.IamInstanceProfile LaunchTemplateData.TagSpecifications"

func fromTemplate(c *core.Call, t *types.RequestLaunchTemplateData) (launchData, *core.Refusal) {
	d := launchData{
		Image: aws.ToString(t.ImageId), Type: string(t.InstanceType), KeyName: aws.ToString(t.KeyName),
		SecurityGroups: t.SecurityGroupIds, UserData: aws.ToString(t.UserData), Protected: t.DisableApiTermination,
		StopProtected: t.DisableApiStop, Shutdown: string(t.InstanceInitiatedShutdownBehavior),
	}
	if p := t.IamInstanceProfile; p != nil {
		d.Profile = profileName(&types.IamInstanceProfileSpecification{Arn: p.Arn, Name: p.Name})
	}
	for _, s := range t.TagSpecifications {
		if d.Tags == nil {
			d.Tags = map[string]string{}
		}
		if refused := takeTags(c, d.Tags, []types.TagSpecification{{ResourceType: s.ResourceType, Tags: s.Tags}}); refused != nil {
			return d, refused
		}
	}
	return d, nil
}

// response is the data as DescribeLaunchTemplateVersions shows it.
func (d launchData) response() *types.ResponseLaunchTemplateData {
	t := &types.ResponseLaunchTemplateData{
		ImageId: core.Optional(d.Image), InstanceType: types.InstanceType(d.Type), KeyName: core.Optional(d.KeyName),
		SecurityGroupIds: d.SecurityGroups, UserData: core.Optional(d.UserData), DisableApiTermination: d.Protected,
		DisableApiStop: d.StopProtected, InstanceInitiatedShutdownBehavior: types.ShutdownBehavior(d.Shutdown),
	}
	if d.Profile != "" {
		t.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Name: aws.String(d.Profile)}
	}
	if len(d.Tags) > 0 {
		t.TagSpecifications = []types.LaunchTemplateTagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: TagsOf(d.Tags)}}
	}
	return t
}
