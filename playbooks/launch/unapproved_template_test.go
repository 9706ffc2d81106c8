package launch_test

import (
	"testing"

	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

func modified(id string) string {
	return called(mallory, "ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":{"LaunchTemplateName":"whatever","SetDefaultVersion":{"tag":1,"content":2}}}`,
		`{"ModifyLaunchTemplateResponse":{"launchTemplate":{"launchTemplateId":"`+id+`","launchTemplateName":"whatever"}}}`)
}

const public = "would launch ami-0aaaaaaaaaaaaaaaa: it is public"

func TestUnapprovedTemplate(t *testing.T) {
	playbooktest.Run(t, launch.UnapprovedTemplate(), []playbooktest.Story{
		{
			Sort: playbooktest.Fires, Name: "the default goes back", Record: modified("lt-0web"), AWS: sighted, Suspects: 1,
			Plans: []string{"launch-template lt-0web: launch template web version 2 " + public + "\n  ec2.default-version lt-0web, else autoscaling.suspend web"},
		},
		{
			Sort: playbooktest.Fires, Name: "named by name only", AWS: sighted, Suspects: 1,
			Record: called(mallory, "ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":{"LaunchTemplateName":"web"}}`, `null`),
			Plans:  []string{"launch-template lt-0web: launch template web version 2 " + public + "\n  ec2.default-version lt-0web, else autoscaling.suspend web"},
		},
		{
			Sort: playbooktest.Fires, Name: "a new version where a group follows $Latest: only that group is stopped", AWS: sighted, Suspects: 1,
			Record: called(mallory, "CreateLaunchTemplateVersion", `{"CreateLaunchTemplateVersionRequest":{"LaunchTemplateName":"latest","LaunchTemplateData":{"ImageId":"ami-0aaaaaaaaaaaaaaaa"}}}`,
				`{"CreateLaunchTemplateVersionResponse":{"launchTemplateVersion":{"launchTemplateId":"lt-0latest","versionNumber":2}}}`),
			Plans: []string{"launch-template lt-0latest: launch template latest version 2 " + public + "\n  autoscaling.suspend latest"},
		},
		{
			Sort: playbooktest.Fires, Name: "no lower version: its groups are stopped", AWS: sighted, Suspects: 1,
			Record: called(mallory, "CreateLaunchTemplate", `{"CreateLaunchTemplateRequest":{"LaunchTemplateName":"only"}}`, `{"CreateLaunchTemplateResponse":{"launchTemplate":{"launchTemplateId":"lt-0only"}}}`),
			Plans:  []string{"launch-template lt-0only: launch template only version 1 " + public + "\n  autoscaling.suspend only"},
		},
		{
			Sort: playbooktest.Fires, Name: "a group that names the bad version", AWS: sighted, Suspects: 1,
			Record: called(mallory, "UpdateAutoScalingGroup", `{"autoScalingGroupName":"pinned","launchTemplate":{"launchTemplateName":"pinned","version":"2"}}`, `null`),
			Plans:  []string{"launch-template lt-0pinned: launch template pinned version 2 " + public + "\n  autoscaling.suspend pinned"},
		},
		{
			Sort: playbooktest.Fires, Name: "mixed instances, one template named twice", AWS: sighted, Suspects: 1,
			Record: called(mallory, "CreateAutoScalingGroup", `{"autoScalingGroupName":"new","mixedInstancesPolicy":{"launchTemplate":{"launchTemplateSpecification":{"launchTemplateId":"lt-0web"},`+
				`"overrides":[{"instanceType":"t3.micro"},{"launchTemplateSpecification":{"launchTemplateId":"lt-0web"}}]}}}`, `null`),
			Plans: []string{"launch-template lt-0web: launch template web version 2 " + public + "\n  ec2.default-version lt-0web, else autoscaling.suspend web"},
		},
		{
			Sort: playbooktest.Fires, Name: "the parameter behind resolve:ssm moved", AWS: sighted, Suspects: 1,
			Record: called(mallory, "PutParameter", `{"name":"/moved","type":"String","overwrite":true,"value":"HIDDEN_DUE_TO_SECURITY_REASONS"}`, `{"version":2}`),
			Plans:  []string{"launch-template lt-0byname: launch template byname version 3 " + public + "\n  autoscaling.suspend byname\n  ec2.default-version lt-0byname ?"},
		},
		{
			Sort: playbooktest.Fires, Name: "a launch configuration that a group uses", AWS: sighted, Suspects: 1,
			Record: called(mallory, "CreateLaunchConfiguration", `{"launchConfigurationName":"bad","imageId":"ami-0aaaaaaaaaaaaaaaa"}`, `null`),
			Plans:  []string{"launch-configuration bad: launch configuration bad " + public + "\n  autoscaling.suspend configured"},
		},
		{
			Sort: playbooktest.Fires, Name: "a group that takes after an instance", AWS: sighted, Suspects: 1,
			Record: called(mallory, "CreateAutoScalingGroup", `{"autoScalingGroupName":"configured","instanceId":"i-0alone"}`, `null`),
			Plans:  []string{"launch-configuration bad: launch configuration bad " + public + "\n  autoscaling.suspend configured"},
		},
		{Sort: playbooktest.Quiet, Name: "a sound template", Record: modified("lt-0sound"), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Quiet, Name: "nobody would launch it and nothing is to go back to", Record: modified("lt-0idle"), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Quiet, Name: "a configuration that no group uses", Record: called(mallory, "CreateLaunchConfiguration", `{"launchConfigurationName":"unused"}`, `null`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Quiet, Name: "a sound configuration", Record: called(mallory, "CreateLaunchConfiguration", `{"launchConfigurationName":"good"}`, `null`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Quiet, Name: "new sizes", Record: called(mallory, "UpdateAutoScalingGroup", `{"autoScalingGroupName":"web","minSize":1}`, `null`)},
		{Sort: playbooktest.Quiet, Name: "a secret parameter", Record: called(mallory, "PutParameter", `{"name":"/golden","type":"SecureString"}`, `{"version":2}`)},
		{Sort: playbooktest.Quiet, Name: "a parameter that no template reads", Record: called(mallory, "PutParameter", `{"name":"/other","type":"String"}`, `{"version":2}`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Quiet, Name: "a failed call", Record: called(mallory, "ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":{"LaunchTemplateName":"web"}}`, `null`, failed("Client.UnauthorizedOperation"))},
		{Sort: playbooktest.Gone, Name: "the template is deleted", Record: modified("lt-0123456789abcdef0"), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Gone, Name: "the configuration is deleted", Record: called(mallory, "CreateLaunchConfiguration", `{"launchConfigurationName":"none"}`, `null`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Gone, Name: "the group is deleted", Record: called(mallory, "CreateAutoScalingGroup", `{"autoScalingGroupName":"none","instanceId":"i-1"}`, `null`), AWS: sighted, Suspects: 1},
		{Sort: playbooktest.Denied, Name: "riposte may read nothing", Record: modified("lt-0web"), AWS: blind, Suspects: 1},
		{Sort: playbooktest.Denied, Name: "nor parameters", Record: called(mallory, "PutParameter", `{"name":"/moved"}`, `{"version":2}`), AWS: blind, Suspects: 1},
		{Sort: playbooktest.Hostile, Name: "no names at all", Record: called(mallory, "ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":[]}`, `{"ModifyLaunchTemplateResponse":7}`)},
		{Sort: playbooktest.Hostile, Name: "the wrong wrapper hides nothing", Record: called(mallory, "ModifyLaunchTemplate", `{"launchTemplateId":"lt-0web"}`, `null`),
			AWS: sighted, Suspects: 1, Plans: []string{"launch-template lt-0web: launch template web version 2 " + public + "\n  ec2.default-version lt-0web, else autoscaling.suspend web"}},
		{Sort: playbooktest.Hostile, Name: "a parameter written as an ARN", Record: called(mallory, "PutParameter", `{"name":"arn:aws:ssm:eu-west-1:111122223333:parameter/moved"}`, `{"version":2}`),
			AWS: sighted, Suspects: 1, Plans: []string{"launch-template lt-0byname: launch template byname version 3 " + public + "\n  autoscaling.suspend byname\n  ec2.default-version lt-0byname ?"}},
	})
}
