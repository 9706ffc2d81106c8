package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func modifyNetworkInterfaceAttribute(c *call, in *ec2.ModifyNetworkInterfaceAttributeInput) (*ec2.ModifyNetworkInterfaceAttributeOutput, *refusal) {
	if len(in.Groups) == 0 {
		return nil, refuse("MissingParameter", "The request must contain an attribute to modify")
	}
	return &ec2.ModifyNetworkInterfaceAttributeOutput{}, c.setGroups(aws.ToString(in.NetworkInterfaceId), in.Groups)
}

func describeNetworkInterfaces(c *call, in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, *refusal) {
	r := c.at(c.place)
	all := slices.SortedFunc(maps.Values(r.Interfaces), func(a, b *networkInterface) int { return strings.Compare(a.ID, b.ID) })
	if len(in.NetworkInterfaceIds) > 0 {
		all = nil
		for _, id := range in.NetworkInterfaceIds {
			n, ok := r.Interfaces[id]
			if !ok {
				return nil, refuse("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", id)
			}
			all = append(all, n)
		}
	}
	all, refused := filtered(all, in.Filters, interfaceField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeNetworkInterfacesOutput{NextToken: next}
	for _, n := range page {
		out.NetworkInterfaces = append(out.NetworkInterfaces, c.describedInterface(n))
	}
	return out, refused
}

func interfaceField(n *networkInterface, filter string) ([]string, bool) {
	switch filter {
	case "network-interface-id":
		return []string{n.ID}, true
	case "attachment.instance-id":
		return []string{n.Instance}, true
	case "group-id":
		return n.Groups, true
	}
	return nil, false
}

func (c *call) describedInterface(n *networkInterface) types.NetworkInterface {
	out := types.NetworkInterface{
		NetworkInterfaceId: aws.String(n.ID), OwnerId: aws.String(c.place.Account), Status: types.NetworkInterfaceStatusAvailable,
		Groups: c.at(c.place).identifiers(n.ID), VpcId: aws.String(c.fixed("vpc", c.place, "")), InterfaceType: types.NetworkInterfaceTypeInterface,
	}
	i, attached := c.at(c.place).Instances[n.Instance]
	if !attached {
		return out
	}
	out.Status, out.SubnetId, out.VpcId = types.NetworkInterfaceStatusInUse, aws.String(i.Subnet), aws.String(i.VPC)
	out.PrivateIpAddress, out.AvailabilityZone = aws.String(i.IP), aws.String(i.Zone)
	out.Attachment = &types.NetworkInterfaceAttachment{
		AttachmentId: aws.String(n.Attachment), InstanceId: aws.String(n.Instance), DeviceIndex: aws.Int32(int32(n.Device)),
		Status: types.AttachmentStatusAttached,
	}
	return out
}

func createNetworkInterface(c *call, in *ec2.CreateNetworkInterfaceInput) (*ec2.CreateNetworkInterfaceOutput, *refusal) {
	groups := in.Groups
	if len(groups) == 0 {
		groups = []string{c.defaultGroup(c.place)}
	}
	if refused := c.groupsExist(c.place, groups); refused != nil {
		return nil, refused
	}
	n := &networkInterface{ID: c.resourceID("eni"), Groups: slices.Clone(groups), Device: -1}
	c.at(c.place).Interfaces[n.ID] = n
	made := c.describedInterface(n)
	return &ec2.CreateNetworkInterfaceOutput{NetworkInterface: &made}, nil
}

// attachNetworkInterface gives an instance a further interface, whatever security groups that has.
func attachNetworkInterface(c *call, in *ec2.AttachNetworkInterfaceInput) (*ec2.AttachNetworkInterfaceOutput, *refusal) {
	i, refused := c.at(c.place).instance(aws.ToString(in.InstanceId))
	if refused != nil {
		return nil, refused
	}
	n, ok := c.at(c.place).Interfaces[aws.ToString(in.NetworkInterfaceId)]
	switch {
	case !ok:
		return nil, refuse("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", aws.ToString(in.NetworkInterfaceId))
	case n.Instance != "":
		return nil, refuse("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", n.ID)
	case i.State != "running" && i.State != "stopped":
		return nil, wrongState(i, "attached")
	}
	n.Instance, n.Device, n.Attachment = i.ID, int(aws.ToInt32(in.DeviceIndex)), c.resourceID("eni-attach")
	return &ec2.AttachNetworkInterfaceOutput{AttachmentId: aws.String(n.Attachment)}, nil
}

// groupNeeds are rights on an interface and on each security group that it is put into: IAM is asked about both.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-actions-as-permissions
func (c *call) groupNeeds(action, interfaceID string, groups []string) []need {
	needs := on("ec2:"+action, c.arn(c.place, "ec2", "network-interface/"+interfaceID))
	for _, id := range groups {
		n := need{Action: "ec2:" + action, Resource: c.arn(c.place, "ec2", "security-group/"+id), Context: map[string][]string{}}
		if g, ok := c.at(c.place).SecurityGroups[id]; ok {
			for k, v := range g.Tags {
				n.Context["aws:ResourceTag/"+k] = []string{v}
			}
		}
		needs = append(needs, n)
	}
	return needs
}
