package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// addresses are Elastic IPs.
var addresses = core.Shelf[types.Address]{
	Kind: "ec2.address", ID: "AllocationId", Missing: core.Missing("InvalidAllocationID.NotFound", "The allocation ID '%s' does not exist"),
	Filters: map[string]string{"instance-id": "InstanceId", "network-interface-id": "NetworkInterfaceId", "public-ip": "PublicIp"},
}

func addressResource() core.Resource {
	return core.Resource{Shelf: &addresses, Operations: []core.Operation{
		core.List[ec2.DescribeAddressesInput, ec2.DescribeAddressesOutput](&addresses, core.Listing{IDs: "AllocationIds"}, core.AsIs),
	}}
}

// addressed shows the Elastic IP of an interface: its own, or, of the first, its instance's.
func addressed(c *core.Call, n *networkInterface, out *types.NetworkInterface) {
	for _, a := range addresses.Of(c.At) {
		if aws.ToString(a.NetworkInterfaceId) == n.ID || n.Instance != "" && n.Device == 0 && aws.ToString(a.InstanceId) == n.Instance {
			out.Association = &types.NetworkInterfaceAssociation{PublicIp: a.PublicIp, AllocationId: a.AllocationId, AssociationId: a.AssociationId}
		}
	}
}
