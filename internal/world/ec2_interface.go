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
	i := c.at(c.place).Instances[n.Instance]
	return types.NetworkInterface{
		NetworkInterfaceId: aws.String(n.ID), OwnerId: aws.String(c.place.Account), Status: types.NetworkInterfaceStatusInUse,
		Groups: c.at(c.place).identifiers(n.ID), SubnetId: aws.String(i.Subnet), VpcId: aws.String(i.VPC),
		PrivateIpAddress: aws.String(i.IP), AvailabilityZone: aws.String(i.Zone), InterfaceType: types.NetworkInterfaceTypeInterface,
		Attachment: &types.NetworkInterfaceAttachment{
			AttachmentId: aws.String(n.Attachment), InstanceId: aws.String(n.Instance), DeviceIndex: aws.Int32(0), Status: types.AttachmentStatusAttached,
		},
	}
}
