package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

var configurations = core.Shelf[types.LaunchConfiguration]{Kind: "autoscaling.launch-configuration", ID: "LaunchConfigurationName"}

func configurationResource() core.Resource {
	return core.Resource{Shelf: &configurations, Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.CreateLaunchConfigurationInput, autoscaling.CreateLaunchConfigurationOutput]{
			Write: true, Basis: "record: the one in the service's user guide",
			Knows:  "LaunchConfigurationName ImageId InstanceType KeyName SecurityGroups UserData IamInstanceProfile",
			Answer: createLaunchConfiguration,
			Request: func(_ *core.Call, in *autoscaling.CreateLaunchConfigurationInput) any {
				shown := *in
				if shown.UserData != nil {
					shown.UserData = aws.String(core.Hidden)
				}
				return core.Camel(shown)
			},
		}),
		core.List[autoscaling.DescribeLaunchConfigurationsInput, autoscaling.DescribeLaunchConfigurationsOutput](
			&configurations, listing("LaunchConfigurationNames"), core.AsIs,
		),
	}}
}

func createLaunchConfiguration(c *core.Call, in *autoscaling.CreateLaunchConfigurationInput) (*autoscaling.CreateLaunchConfigurationOutput, *core.Refusal) {
	name := aws.ToString(in.LaunchConfigurationName)
	if configurations.Of(c.At)[name] != nil {
		return nil, alreadyExists("Launch Configuration by this name already exists - A launch configuration already exists with the name " + name)
	}
	if in.ImageId == nil || in.InstanceType == nil {
		return nil, core.Refuse("ValidationError", "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.")
	}
	configurations.Put(c.At, &types.LaunchConfiguration{
		LaunchConfigurationName: in.LaunchConfigurationName, CreatedTime: aws.Time(c.Now),
		LaunchConfigurationARN: aws.String(c.ARN("autoscaling", "launchConfiguration:"+c.UUID()+":launchConfigurationName/"+name)),
		ImageId:                in.ImageId, InstanceType: in.InstanceType, KeyName: in.KeyName, IamInstanceProfile: in.IamInstanceProfile,
		SecurityGroups: in.SecurityGroups, UserData: in.UserData,
	})
	return &autoscaling.CreateLaunchConfigurationOutput{}, nil
}

type configurationEstate struct {
	Name   string     `yaml:"name"`
	Launch ec2.Launch `yaml:",inline"`
}

func (e configurationEstate) build(at core.At) {
	configurations.Put(at, &types.LaunchConfiguration{
		LaunchConfigurationName: aws.String(e.Name), CreatedTime: aws.Time(at.Now), ImageId: aws.String(e.Launch.Image),
		InstanceType: aws.String(e.Launch.Type), KeyName: core.Optional(e.Launch.Key), IamInstanceProfile: core.Optional(e.Launch.Profile),
		SecurityGroups: e.Launch.SecurityGroups, UserData: core.Optional(e.Launch.UserData),
	})
}
