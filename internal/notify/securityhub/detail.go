package securityhub

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// describe is the format's name for the type of a resource, and what is known of the resource in the fields that this
// type has.
func (t thing) describe() (string, *types.ResourceDetails) {
	kind := event.SecurityHubType(t.Type)
	if kind == "" {
		return "Other", &types.ResourceDetails{Other: map[string]string{"ResourceType": t.Type}}
	}
	return kind, t.details()
}

// details are nil where the format has no field for what is known.
func (t thing) details() *types.ResourceDetails {
	path, name := t.pathAndName()
	switch t.Type {
	case event.Instance:
		return t.instance()
	case event.LaunchTemplate:
		return t.template()
	case event.LaunchConfiguration:
		return &types.ResourceDetails{
			AwsAutoScalingLaunchConfiguration: &types.AwsAutoScalingLaunchConfigurationDetails{LaunchConfigurationName: some(t.ID), ImageId: t.image()},
		}
	case event.User:
		return &types.ResourceDetails{AwsIamUser: &types.AwsIamUserDetails{Path: some(path), UserName: some(name)}}
	case event.Role:
		return &types.ResourceDetails{AwsIamRole: &types.AwsIamRoleDetails{Path: some(path), RoleName: some(name)}}
	case event.AccessKey:
		return &types.ResourceDetails{AwsIamAccessKey: &types.AwsIamAccessKeyDetails{AccessKeyId: some(t.ID), AccountId: some(t.Account)}}
	}
	return nil
}

// instance holds what seed 000 files: the image, and the group or the fact that there is none. If it is unknown whether
// there is one, nothing is said.
func (t thing) instance() *types.ResourceDetails {
	if len(t.detail) == 0 {
		return nil
	}
	d := &types.ResourceDetails{AwsEc2Instance: &types.AwsEc2InstanceDetails{ImageId: t.image(), LaunchedAt: t.launchedAt()}}
	if group, known := t.detail[playbook.DetailGroup]; known {
		if group = cut(plain(group), maxTitle); group == "" {
			group = "Not part of an ASG"
		}
		d.Other = map[string]string{"AutoScalingGroupName": group}
	}
	return d
}

func (t thing) template() *types.ResourceDetails {
	d := &types.AwsEc2LaunchTemplateDetails{Id: some(t.ID)}
	if image := t.image(); image != nil {
		d.LaunchTemplateData = &types.AwsEc2LaunchTemplateDataDetails{ImageId: image}
	}
	return &types.ResourceDetails{AwsEc2LaunchTemplate: d}
}

// pathAndName are those of a user or a role: /staff/ and mallory.
func (t thing) pathAndName() (path, name string) {
	id := "/" + strings.TrimPrefix(t.ID, "/")
	end := strings.LastIndexByte(id, '/') + 1
	return id[:end], id[end:]
}
