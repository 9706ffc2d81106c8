package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// runRequest is RunInstances' requestParameters. A launch by template shows the image only where the caller named one.
func runRequest(_ *call, in *ec2.RunInstancesInput) any {
	item := fields{"minCount": aws.ToInt32(in.MinCount), "maxCount": aws.ToInt32(in.MaxCount)}
	given(item, "imageId", aws.ToString(in.ImageId))
	given(item, "keyName", aws.ToString(in.KeyName))
	r := fields{
		"instancesSet": fields{"items": []any{item}}, "blockDeviceMapping": fields{}, "monitoring": fields{"enabled": false},
		"disableApiTermination": aws.ToBool(in.DisableApiTermination), "disableApiStop": aws.ToBool(in.DisableApiStop),
	}
	given(r, "instanceType", string(in.InstanceType))
	given(r, "clientToken", aws.ToString(in.ClientToken))
	given(r, "subnetId", aws.ToString(in.SubnetId))
	given(r, "instanceInitiatedShutdownBehavior", string(in.InstanceInitiatedShutdownBehavior))
	if in.Placement != nil {
		given(r, "availabilityZone", aws.ToString(in.Placement.AvailabilityZone))
	}
	if in.UserData != nil {
		r["userData"] = hidden
	}
	if len(in.SecurityGroupIds) > 0 {
		r["groupSet"] = groupIDs(in.SecurityGroupIds)
	}
	if in.IamInstanceProfile != nil {
		r["iamInstanceProfile"] = camel(in.IamInstanceProfile)
	}
	if in.LaunchTemplate != nil {
		r["launchTemplate"] = camel(in.LaunchTemplate)
	}
	if len(in.TagSpecifications) > 0 {
		r["tagSpecificationSet"] = fields{"items": tagSpecifications(in.TagSpecifications)}
	}
	return r
}

func given(into fields, key, value string) {
	if value != "" {
		into[key] = value
	}
}

func tagSpecifications(specs []types.TagSpecification) []any {
	items := []any{}
	for _, s := range specs {
		items = append(items, fields{"resourceType": string(s.ResourceType), "tags": tagList(s.Tags)})
	}
	return items
}

func tagList(tags []types.Tag) []any {
	items := []any{}
	for _, t := range tags {
		items = append(items, fields{"key": aws.ToString(t.Key), "value": aws.ToString(t.Value)})
	}
	return items
}

func runResponse(c *call, out *ec2.RunInstancesOutput) any {
	items := []any{}
	for _, i := range out.Instances {
		items = append(items, c.launched(i))
	}
	r := fields{
		"requestId": c.requestID, "reservationId": aws.ToString(out.ReservationId), "ownerId": aws.ToString(out.OwnerId),
		"groupSet": fields{}, "instancesSet": fields{"items": items},
	}
	given(r, "requesterId", aws.ToString(out.RequesterId))
	return r
}

func (c *call) launched(i types.Instance) fields {
	r := fields{
		"instanceId": *i.InstanceId, "imageId": *i.ImageId, "instanceType": string(i.InstanceType),
		"instanceState":  fields{"code": *i.State.Code, "name": string(i.State.Name)},
		"privateDnsName": *i.PrivateDnsName, "privateIpAddress": *i.PrivateIpAddress, "amiLaunchIndex": *i.AmiLaunchIndex,
		"productCodes": fields{}, "launchTime": i.LaunchTime.UnixMilli(),
		"placement":  fields{"availabilityZone": *i.Placement.AvailabilityZone, "tenancy": "default"},
		"monitoring": fields{"state": "disabled"}, "subnetId": *i.SubnetId, "vpcId": *i.VpcId,
		"stateReason":  fields{"code": "pending", "message": "pending"},
		"architecture": "x86_64", "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda", "blockDeviceMapping": fields{},
		"virtualizationType": "hvm", "hypervisor": "xen", "groupSet": groupItems(i.SecurityGroups), "sourceDestCheck": true,
		"ebsOptimized": false, "networkInterfaceSet": fields{"items": []any{c.launchedInterface(i)}},
	}
	given(r, "clientToken", aws.ToString(i.ClientToken))
	given(r, "keyName", aws.ToString(i.KeyName))
	given(r, "instanceLifecycle", string(i.InstanceLifecycle))
	given(r, "spotInstanceRequestId", aws.ToString(i.SpotInstanceRequestId))
	if len(i.Tags) > 0 {
		r["tagSet"] = fields{"items": tagList(i.Tags)}
	}
	if i.IamInstanceProfile != nil {
		r["iamInstanceProfile"] = camel(i.IamInstanceProfile)
	}
	return r
}

func (c *call) launchedInterface(i types.Instance) fields {
	n := i.NetworkInterfaces[0]
	return fields{
		"networkInterfaceId": *n.NetworkInterfaceId, "ownerId": c.place.Account, "status": "in-use", "subnetId": *i.SubnetId,
		"vpcId": *i.VpcId, "privateIpAddress": *i.PrivateIpAddress, "sourceDestCheck": true, "tagSet": fields{},
		"macAddress": "02:00:00:00:00:01", "groupSet": groupItems(i.SecurityGroups),
		"attachment": fields{
			"attachmentId": *n.Attachment.AttachmentId, "deviceIndex": 0, "networkCardIndex": 0, "status": "attaching",
			"attachTime": i.LaunchTime.UnixMilli(), "deleteOnTermination": true,
		},
		"privateIpAddressesSet": fields{"item": []any{fields{"privateIpAddress": *i.PrivateIpAddress, "primary": true}}},
	}
}

func groupItems(groups []types.GroupIdentifier) fields {
	items := []any{}
	for _, g := range groups {
		items = append(items, fields{"groupId": aws.ToString(g.GroupId), "groupName": aws.ToString(g.GroupName)})
	}
	return fields{"items": items}
}
