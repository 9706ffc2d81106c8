package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// templateParameters are the members of a template's data that the world models.
const templateParameters = "ImageId InstanceType KeyName SecurityGroupIds UserData DisableApiTermination DisableApiStop " +
	"InstanceInitiatedShutdownBehavior IamInstanceProfile TagSpecifications"

func (c *call) fromTemplate(t *types.RequestLaunchTemplateData) (launchData, *refusal) {
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
		if refused := c.takeTags(d.Tags, []types.TagSpecification{{ResourceType: s.ResourceType, Tags: s.Tags}}); refused != nil {
			return d, refused
		}
	}
	return d, nil
}

// response is the data as DescribeLaunchTemplateVersions shows it.
func (d launchData) response() *types.ResponseLaunchTemplateData {
	t := &types.ResponseLaunchTemplateData{
		ImageId: optional(d.Image), InstanceType: types.InstanceType(d.Type), KeyName: optional(d.KeyName),
		SecurityGroupIds: d.SecurityGroups, UserData: optional(d.UserData), DisableApiTermination: d.Protected,
		DisableApiStop: d.StopProtected, InstanceInitiatedShutdownBehavior: types.ShutdownBehavior(d.Shutdown),
	}
	if d.Profile != "" {
		t.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Name: aws.String(d.Profile)}
	}
	if len(d.Tags) > 0 {
		t.TagSpecifications = []types.LaunchTemplateTagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tagsOf(d.Tags)}}
	}
	return t
}

// optional is nil for what is not there.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
