package world_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world"
)

func ec2Exercise() exercise {
	deep := "ec2.RunInstances responseElements.instancesSet.items[].networkInterfaceSet.items[]."
	return exercise{
		estate: shop, run: everyEC2Call,
		unrecorded: because(nobodyRecorded, "ec2", "AttachNetworkInterface CreateLaunchTemplateVersion CreateNetworkInterface CreateReplaceRootVolumeTask "+
			"DeregisterImage ModifyLaunchTemplate ModifyNetworkInterfaceAttribute"),
		unlike: []string{ // the shapes leave out messages and what lies deeper than six names, and know no launch by a template
			"ec2.RunInstances errorMessage string",
			"ec2.RunInstances requestParameters.launchTemplate object",
			"ec2.RunInstances requestParameters.launchTemplate.launchTemplateId string",
			"ec2.RunInstances requestParameters.launchTemplate.version string",
			deep + "groupSet.items[] object",
			deep + "groupSet.items[].groupId string",
			deep + "groupSet.items[].groupName string",
			deep + "privateIpAddressesSet.item[] object",
			deep + "privateIpAddressesSet.item[].primary bool",
			deep + "privateIpAddressesSet.item[].privateIpAddress string",
		},
	}
}

func everyEC2Call(t *testing.T, w *world.World) {
	ctx, e, done := t.Context(), ec2.NewFromConfig(w.Config(ireland, mallory)), mustDo(t)
	one, off := aws.Int32(1), &types.AttributeBooleanValue{Value: aws.Bool(false)}
	id := aws.String("i-0elsewhere")
	run := &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: "t3.micro", KeyName: aws.String("key"), MinCount: one, MaxCount: one,
		SecurityGroupIds: []string{"sg-0isolated"}, SubnetId: aws.String("subnet-1"), InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorStop,
		IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: aws.String("web")},
		TagSpecifications:  []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("x")}}}},
	}
	done(e.RunInstances(ctx, run))
	if _, err := e.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0missing"), MinCount: one, MaxCount: one}); err == nil {
		t.Error("launched from an image that is not there")
	}
	for _, m := range []*ec2.ModifyInstanceAttributeInput{
		{InstanceId: id, DisableApiTermination: off},
		{InstanceId: id, Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false")},
	} {
		done(e.ModifyInstanceAttribute(ctx, m))
	}
	done(e.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{*id}}))
	pass(t, w, time.Minute)
	done(e.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{*id}}))
	done(e.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{*id}}))
	done(e.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{"i-0neighbour"}, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))
	data := &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: "t3.micro"}
	done(e.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("other"), LaunchTemplateData: data}))
	done(e.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("other"), LaunchTemplateData: data}))
	done(e.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("other"), DefaultVersion: aws.String("2")}))
	golden := aws.String("ami-0bbbbbbbbbbbbbbbb")
	done(e.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: golden, LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{UserId: aws.String("444455556666")}}}}))
	done(e.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: golden}))
	done(e.CreateReplaceRootVolumeTask(ctx, &ec2.CreateReplaceRootVolumeTaskInput{InstanceId: aws.String("i-0neighbour"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}))
	snapshot, partner := aws.String("snap-0backup"), []types.CreateVolumePermission{{UserId: aws.String("444455556666")}}
	done(e.ModifySnapshotAttribute(ctx, &ec2.ModifySnapshotAttributeInput{SnapshotId: snapshot, CreateVolumePermission: &types.CreateVolumePermissionModifications{Add: partner}}))
	done(e.ModifySnapshotAttribute(ctx, &ec2.ModifySnapshotAttributeInput{SnapshotId: snapshot, OperationType: types.OperationTypeRemove, UserIds: []string{"444455556666"}}))
	done(e.DescribeSnapshotAttribute(ctx, &ec2.DescribeSnapshotAttributeInput{SnapshotId: snapshot, Attribute: types.SnapshotAttributeNameCreateVolumePermission}))
	everyNetworkCall(t, e)
	everyEC2Read(t, e)
}

func everyNetworkCall(t *testing.T, e *ec2.Client) {
	ctx, done := t.Context(), mustDo(t)
	made, err := e.CreateNetworkInterface(ctx, &ec2.CreateNetworkInterfaceInput{SubnetId: aws.String("subnet-1")})
	done(made, err)
	done(e.AttachNetworkInterface(ctx, &ec2.AttachNetworkInterfaceInput{
		NetworkInterfaceId: made.NetworkInterface.NetworkInterfaceId, InstanceId: aws.String("i-0neighbour"), DeviceIndex: aws.Int32(1),
	}))
	nets, err := e.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{})
	done(nets, err)
	done(e.ModifyNetworkInterfaceAttribute(ctx, &ec2.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: nets.NetworkInterfaces[0].NetworkInterfaceId, Groups: []string{"sg-0isolated"},
	}))
	group, cidr, tcp, ssh := aws.String("sg-0isolated"), aws.String("0.0.0.0/0"), aws.String("tcp"), aws.Int32(22)
	done(e.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: group, CidrIp: cidr, IpProtocol: tcp, FromPort: ssh, ToPort: ssh}))
	done(e.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{}))
	done(e.GetManagedPrefixListEntries(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: aws.String("pl-0office")}))
	done(e.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: group, CidrIp: cidr, IpProtocol: tcp, FromPort: ssh, ToPort: ssh}))
	done(e.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{*group}}))
	done(e.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{}))
}

func everyEC2Read(t *testing.T, e *ec2.Client) {
	ctx, done, id := t.Context(), mustDo(t), "i-0neighbour"
	done(e.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}}))
	done(e.DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{InstanceId: &id, Attribute: types.InstanceAttributeNameDisableApiStop}))
	done(e.DescribeInstanceImageMetadata(ctx, &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{id}}))
	done(e.DescribeImages(ctx, &ec2.DescribeImagesInput{}))
	done(e.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{}))
	done(e.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("web")}))
	done(e.DescribeReplaceRootVolumeTasks(ctx, &ec2.DescribeReplaceRootVolumeTasksInput{}))
}
