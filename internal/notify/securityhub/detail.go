package securityhub

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// describe returns the format's name for the type of a resource, and what is known of the resource in the fields that this
// type has: nil where it has none.
func (t thing) describe() (string, *types.ResourceDetails) {
	kind := event.SecurityHubType(t.Type)
	if kind == "" {
		return "Other", &types.ResourceDetails{Other: map[string]string{"ResourceType": t.Type}}
	}
	id := "/" + strings.TrimPrefix(t.ID, "/") // of a user or a role: path and name
	end := strings.LastIndexByte(id, '/') + 1
	path, name, image := some(id[:end]), some(id[end:]), some(t.detail[playbook.DetailImage])
	switch t.Type {
	case event.Instance:
		return kind, t.instance()
	case event.LaunchTemplate:
		d := &types.AwsEc2LaunchTemplateDetails{Id: some(t.ID)}
		if image != nil {
			d.LaunchTemplateData = &types.AwsEc2LaunchTemplateDataDetails{ImageId: image}
		}
		return kind, &types.ResourceDetails{AwsEc2LaunchTemplate: d}
	case event.LaunchConfiguration:
		return kind, &types.ResourceDetails{
			AwsAutoScalingLaunchConfiguration: &types.AwsAutoScalingLaunchConfigurationDetails{LaunchConfigurationName: some(t.ID), ImageId: image},
		}
	case event.User:
		return kind, &types.ResourceDetails{AwsIamUser: &types.AwsIamUserDetails{Path: path, UserName: name}}
	case event.Role:
		return kind, &types.ResourceDetails{AwsIamRole: &types.AwsIamRoleDetails{Path: path, RoleName: name}}
	case event.AccessKey:
		return kind, &types.ResourceDetails{AwsIamAccessKey: &types.AwsIamAccessKeyDetails{AccessKeyId: some(t.ID), AccountId: some(t.Account)}}
	}
	return kind, nil
}

// instance holds what seed 000 files: the image, and the group or the fact that there is none. If it is unknown whether
// there is one, nothing is said; nor of a time of launch that the format does not take.
func (t thing) instance() *types.ResourceDetails {
	if len(t.detail) == 0 {
		return nil
	}
	d := &types.ResourceDetails{AwsEc2Instance: &types.AwsEc2InstanceDetails{ImageId: some(t.detail[playbook.DetailImage])}}
	if at, err := time.Parse(time.RFC3339, t.detail[playbook.DetailLaunched]); err == nil {
		d.AwsEc2Instance.LaunchedAt = stamp(at)
	}
	if group, known := t.detail[playbook.DetailGroup]; known {
		if group = notify.Cut(notify.Plain(group), maxTitle); group == "" {
			group = "Not part of an ASG"
		}
		d.Other = map[string]string{"AutoScalingGroupName": group}
	}
	return d
}
