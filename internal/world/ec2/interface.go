package ec2

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// networkInterface is an instance's first interface, or a further one. Instance is "" while it is attached to none.
type networkInterface struct {
	ID, Instance, Attachment string
	Device                   int // 0: the first, which goes with its instance
	Groups                   []string
	Attached                 time.Time
}

var interfaces = core.Shelf[networkInterface]{
	Kind: "ec2.network-interface", ID: "ID",
	Missing: core.Missing("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist"),
	Filters: map[string]string{
		"network-interface-id": "NetworkInterfaceId", "attachment.instance-id": "Attachment.InstanceId", "group-id": "Groups.GroupId",
	},
}

func interfaceResource() core.Resource {
	return core.Resource{Shelf: &interfaces, Operations: []core.Operation{
		core.List[ec2.DescribeNetworkInterfacesInput, ec2.DescribeNetworkInterfacesOutput](&interfaces, core.Listing{IDs: "NetworkInterfaceIds"}, describedInterface),
		core.Define(core.Spec[ec2.CreateNetworkInterfaceInput, ec2.CreateNetworkInterfaceOutput]{
			Write: true, Basis: "record: the input, without the answer, unverified",
			Knows: "SubnetId Groups ClientToken", Answer: createNetworkInterface,
		}),
		core.Define(core.Spec[ec2.AttachNetworkInterfaceInput, ec2.AttachNetworkInterfaceOutput]{
			Write: true, Basis: "record: the input, unverified",
			Knows: "InstanceId NetworkInterfaceId DeviceIndex", Answer: core.Found(&instances, "InstanceId", attachNetworkInterface),
		}),
		core.Define(core.Spec[ec2.ModifyNetworkInterfaceAttributeInput, ec2.ModifyNetworkInterfaceAttributeOutput]{
			Write: true, Basis: "record: by analogy with ModifyInstanceAttribute, unverified", Knows: "NetworkInterfaceId Groups", Needs: attributeOf,
			Answer: func(c *core.Call, in *ec2.ModifyNetworkInterfaceAttributeInput) (*ec2.ModifyNetworkInterfaceAttributeOutput, *core.Refusal) {
				if len(in.Groups) == 0 {
					return nil, core.Refuse("MissingParameter", "The request must contain an attribute to modify")
				}
				return &ec2.ModifyNetworkInterfaceAttributeOutput{}, setGroups(c, aws.ToString(in.NetworkInterfaceId), in.Groups)
			},
			Request: func(_ *core.Call, in *ec2.ModifyNetworkInterfaceAttributeInput) any {
				return core.Fields{"networkInterfaceId": aws.ToString(in.NetworkInterfaceId), "groupSet": groupIDs(in.Groups)}
			},
			Response: returned[ec2.ModifyNetworkInterfaceAttributeOutput],
		}),
	}}
}

func describedInterface(c *core.Call, n *networkInterface) types.NetworkInterface {
	out := types.NetworkInterface{
		NetworkInterfaceId: aws.String(n.ID), OwnerId: aws.String(c.Place.Account), Status: types.NetworkInterfaceStatusAvailable,
		Groups: identifiers(c.At, n.ID), VpcId: aws.String(c.Fixed("vpc", "")), InterfaceType: types.NetworkInterfaceTypeInterface,
	}
	addressed(c, n, &out)
	i, attached := instances.Of(c.At)[n.Instance]
	if !attached {
		return out
	}
	out.Status, out.SubnetId, out.VpcId = types.NetworkInterfaceStatusInUse, aws.String(i.Subnet), aws.String(i.VPC)
	out.PrivateIpAddress, out.AvailabilityZone = aws.String(i.IP), aws.String(i.Zone)
	out.Attachment = &types.NetworkInterfaceAttachment{
		AttachmentId: aws.String(n.Attachment), InstanceId: aws.String(n.Instance), DeviceIndex: aws.Int32(int32(n.Device)),
		Status: types.AttachmentStatusAttached, AttachTime: aws.Time(n.Attached),
	}
	return out
}

func createNetworkInterface(c *core.Call, in *ec2.CreateNetworkInterfaceInput) (*ec2.CreateNetworkInterfaceOutput, *core.Refusal) {
	groups := in.Groups
	if len(groups) == 0 {
		groups = []string{defaultGroup(c.At)}
	}
	if refused := groupsExist(c.At, groups); refused != nil {
		return nil, refused
	}
	n := &networkInterface{ID: c.ResourceID("eni"), Groups: slices.Clone(groups), Device: -1}
	interfaces.Of(c.At)[n.ID] = n
	made := describedInterface(c, n)
	return &ec2.CreateNetworkInterfaceOutput{NetworkInterface: &made}, nil
}

// attachNetworkInterface gives an instance a further interface, whatever security groups that has.
func attachNetworkInterface(c *core.Call, in *ec2.AttachNetworkInterfaceInput, i *Instance) (*ec2.AttachNetworkInterfaceOutput, *core.Refusal) {
	n, refused := interfaces.Find(c.At, in.NetworkInterfaceId)
	switch {
	case refused != nil:
		return nil, refused
	case n.Instance != "":
		return nil, core.Refuse("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", n.ID)
	case i.State != "running" && i.State != "stopped":
		return nil, wrongState(i, "attached")
	}
	n.Instance, n.Device, n.Attachment, n.Attached = i.ID, int(aws.ToInt32(in.DeviceIndex)), c.ResourceID("eni-attach"), c.Now
	return &ec2.AttachNetworkInterfaceOutput{AttachmentId: aws.String(n.Attachment)}, nil
}

// attributeOf is the right on an interface and on each security group that it is put into: IAM is asked about both.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-actions-as-permissions
func attributeOf(c *core.Call, in *ec2.ModifyNetworkInterfaceAttributeInput) []core.Need {
	needs := c.On(c.ARN("ec2", "network-interface/"+aws.ToString(in.NetworkInterfaceId)))
	for _, id := range in.Groups {
		n := c.On(c.ARN("ec2", "security-group/"+id))[0]
		n.Context = map[string][]string{}
		if g, ok := securityGroups.Of(c.At)[id]; ok {
			for k, v := range g.Tags {
				n.Context["aws:ResourceTag/"+k] = []string{v}
			}
		}
		needs = append(needs, n)
	}
	return needs
}

// interfacesOf are an instance's, the first first.
func interfacesOf(at core.At, instance string) (all []*networkInterface) {
	for _, n := range interfaces.Of(at) {
		if n.Instance == instance {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b *networkInterface) int { return cmp.Or(a.Device-b.Device, strings.Compare(a.ID, b.ID)) })
	return all
}

// setGroups replaces an interface's security groups; all of them must exist.
func setGroups(c *core.Call, interfaceID string, groups []string) *core.Refusal {
	n, refused := interfaces.Find(c.At, &interfaceID)
	if refused != nil {
		return refused
	}
	if refused := groupsExist(c.At, groups); refused != nil {
		return refused
	}
	n.Groups = slices.Clone(groups)
	return nil
}

func groupsExist(at core.At, groups []string) *core.Refusal {
	_, refused := securityGroups.Some(at, groups)
	return refused
}

func identifiers(at core.At, interfaceID string) []types.GroupIdentifier {
	n, ok := interfaces.Of(at)[interfaceID]
	if !ok {
		return nil
	}
	var out []types.GroupIdentifier
	for _, id := range n.Groups {
		name := ""
		if g, ok := securityGroups.Of(at)[id]; ok {
			name = g.Name
		}
		out = append(out, types.GroupIdentifier{GroupId: aws.String(id), GroupName: aws.String(name)})
	}
	return out
}

// groupIDs is how records list security groups.
func groupIDs(ids []string) core.Fields {
	if len(ids) == 0 {
		return core.Fields{}
	}
	items := []any{}
	for _, id := range ids {
		items = append(items, core.Fields{"groupId": id})
	}
	return core.Fields{"items": items}
}
