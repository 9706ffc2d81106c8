package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// runRequest is RunInstances' requestParameters. A launch by template shows the image only where the caller named one.
func runRequest(_ *core.Call, in *ec2.RunInstancesInput) any {
	item := core.Fields{"minCount": aws.ToInt32(in.MinCount), "maxCount": aws.ToInt32(in.MaxCount)}
	core.Given(item, "imageId", aws.ToString(in.ImageId))
	core.Given(item, "keyName", aws.ToString(in.KeyName))
	r := core.Fields{
		"instancesSet": core.Fields{"items": []any{item}}, "blockDeviceMapping": core.Fields{}, "monitoring": core.Fields{"enabled": false},
		"disableApiTermination": aws.ToBool(in.DisableApiTermination), "disableApiStop": aws.ToBool(in.DisableApiStop),
	}
	core.Given(r, "instanceType", string(in.InstanceType))
	core.Given(r, "clientToken", aws.ToString(in.ClientToken))
	core.Given(r, "subnetId", aws.ToString(in.SubnetId))
	core.Given(r, "instanceInitiatedShutdownBehavior", string(in.InstanceInitiatedShutdownBehavior))
	if in.Placement != nil {
		core.Given(r, "availabilityZone", aws.ToString(in.Placement.AvailabilityZone))
	}
	if in.UserData != nil {
		r["userData"] = core.Hidden
	}
	if len(in.SecurityGroupIds) > 0 {
		r["groupSet"] = groupIDs(in.SecurityGroupIds)
	}
	if in.IamInstanceProfile != nil {
		r["iamInstanceProfile"] = core.Camel(in.IamInstanceProfile)
	}
	if in.MetadataOptions != nil {
		r["metadataOptions"] = core.Camel(in.MetadataOptions)
	}
	if in.LaunchTemplate != nil {
		r["launchTemplate"] = core.Camel(in.LaunchTemplate)
	}
	if len(in.TagSpecifications) > 0 {
		items := []any{}
		for _, s := range in.TagSpecifications {
			items = append(items, core.Fields{"resourceType": string(s.ResourceType), "tags": tagList(s.Tags)})
		}
		r["tagSpecificationSet"] = core.Fields{"items": items}
	}
	return r
}

func tagList(tags []types.Tag) []any {
	items := []any{}
	for _, t := range tags {
		items = append(items, core.Fields{"key": aws.ToString(t.Key), "value": aws.ToString(t.Value)})
	}
	return items
}

func runResponse(c *core.Call, out *ec2.RunInstancesOutput) any {
	items := []any{}
	for _, i := range out.Instances {
		items = append(items, launchedFields(c, i))
	}
	r := core.Fields{
		"requestId": c.RequestID, "reservationId": aws.ToString(out.ReservationId), "ownerId": aws.ToString(out.OwnerId),
		"groupSet": core.Fields{}, "instancesSet": core.Fields{"items": items},
	}
	core.Given(r, "requesterId", aws.ToString(out.RequesterId))
	return r
}

func launchedFields(c *core.Call, i types.Instance) core.Fields {
	n := i.NetworkInterfaces[0]
	network := core.Fields{
		"networkInterfaceId": *n.NetworkInterfaceId, "ownerId": c.Place.Account, "status": "in-use", "subnetId": *i.SubnetId,
		"vpcId": *i.VpcId, "privateIpAddress": *i.PrivateIpAddress, "sourceDestCheck": true, "tagSet": core.Fields{},
		"macAddress": "02:00:00:00:00:01", "groupSet": groupItems(i.SecurityGroups),
		"attachment": core.Fields{
			"attachmentId": *n.Attachment.AttachmentId, "deviceIndex": 0, "networkCardIndex": 0, "status": "attaching",
			"attachTime": n.Attachment.AttachTime.UnixMilli(), "deleteOnTermination": true,
		},
		"privateIpAddressesSet": core.Fields{"item": []any{core.Fields{"privateIpAddress": *i.PrivateIpAddress, "primary": true}}},
	}
	r := core.Fields{
		"instanceId": *i.InstanceId, "imageId": *i.ImageId, "instanceType": string(i.InstanceType),
		"instanceState":  core.Fields{"code": *i.State.Code, "name": string(i.State.Name)},
		"privateDnsName": *i.PrivateDnsName, "privateIpAddress": *i.PrivateIpAddress, "amiLaunchIndex": *i.AmiLaunchIndex,
		"productCodes": core.Fields{}, "launchTime": i.LaunchTime.UnixMilli(),
		"placement":  core.Fields{"availabilityZone": *i.Placement.AvailabilityZone, "tenancy": "default"},
		"monitoring": core.Fields{"state": "disabled"}, "subnetId": *i.SubnetId, "vpcId": *i.VpcId,
		"stateReason":  core.Fields{"code": "pending", "message": "pending"},
		"architecture": "x86_64", "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda", "blockDeviceMapping": core.Fields{},
		"virtualizationType": "hvm", "hypervisor": "xen", "groupSet": groupItems(i.SecurityGroups), "sourceDestCheck": true,
		"ebsOptimized": false, "networkInterfaceSet": core.Fields{"items": []any{network}},
	}
	core.Given(r, "clientToken", aws.ToString(i.ClientToken))
	core.Given(r, "keyName", aws.ToString(i.KeyName))
	core.Given(r, "instanceLifecycle", string(i.InstanceLifecycle))
	core.Given(r, "spotInstanceRequestId", aws.ToString(i.SpotInstanceRequestId))
	if len(i.Tags) > 0 {
		r["tagSet"] = core.Fields{"items": tagList(i.Tags)}
	}
	if i.IamInstanceProfile != nil {
		r["iamInstanceProfile"] = core.Camel(i.IamInstanceProfile)
	}
	return r
}

func groupItems(groups []types.GroupIdentifier) core.Fields {
	items := []any{}
	for _, g := range groups {
		items = append(items, core.Fields{"groupId": aws.ToString(g.GroupId), "groupName": aws.ToString(g.GroupName)})
	}
	return core.Fields{"items": items}
}
