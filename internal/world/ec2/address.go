package ec2

import (
	"slices"
	"strconv"

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

// transfers are addresses that are offered to another account.
var transfers = core.Shelf[types.AddressTransfer]{Kind: "ec2.address-transfer", ID: "AllocationId", Missing: addresses.Missing}

func addressTransferResource() core.Resource {
	return core.Resource{Shelf: &transfers, Operations: []core.Operation{
		core.List[ec2.DescribeAddressTransfersInput, ec2.DescribeAddressTransfersOutput](&transfers, core.Listing{IDs: "AllocationIds", Lenient: true, Basis: "of an address that is offered to nobody: unverified"}, core.AsIs),
	}}
}

func addressResource() core.Resource {
	return core.Resource{Shelf: &addresses, Operations: []core.Operation{
		core.List[ec2.DescribeAddressesInput, ec2.DescribeAddressesOutput](&addresses, core.Listing{IDs: "AllocationIds"}, core.AsIs),
		core.Define(core.Spec[ec2.AllocateAddressInput, ec2.AllocateAddressOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "Address Domain TagSpecifications", Answer: allocateAddress,
			Needs: func(c *core.Call, in *ec2.AllocateAddressInput) []core.Need {
				return making(c, c.ARN("ec2", "elastic-ip/*"), in.TagSpecifications)
			},
		}),
		core.Define(core.Spec[ec2.ReleaseAddressInput, ec2.ReleaseAddressOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "AllocationId", Response: returned[ec2.ReleaseAddressOutput],
			Needs: func(c *core.Call, in *ec2.ReleaseAddressInput) []core.Need {
				return onTagged(c, "elastic-ip/", in.AllocationId)
			},
			Answer: core.Found(&addresses, "AllocationId", releaseAddress),
		}),
		core.Define(core.Spec[ec2.AssociateAddressInput, ec2.AssociateAddressOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "AllocationId InstanceId",
			Answer: core.Found(&addresses, "AllocationId", func(c *core.Call, in *ec2.AssociateAddressInput, a *types.Address) (*ec2.AssociateAddressOutput, *core.Refusal) {
				if _, refused := instances.Find(c.At, in.InstanceId); refused != nil {
					return nil, refused
				}
				a.InstanceId, a.AssociationId = in.InstanceId, aws.String(c.ResourceID("eipassoc"))
				return &ec2.AssociateAddressOutput{AssociationId: a.AssociationId}, nil
			}),
		}),
		core.Define(core.Spec[ec2.DisassociateAddressInput, ec2.DisassociateAddressOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "AssociationId", Response: returned[ec2.DisassociateAddressOutput],
			Answer: func(c *core.Call, in *ec2.DisassociateAddressInput) (*ec2.DisassociateAddressOutput, *core.Refusal) {
				for _, a := range addresses.Of(c.At) {
					if a.AssociationId != nil && *a.AssociationId == aws.ToString(in.AssociationId) {
						a.AssociationId, a.InstanceId, a.NetworkInterfaceId = nil, nil, nil
						return &ec2.DisassociateAddressOutput{}, nil
					}
				}
				return nil, core.Refuse("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", aws.ToString(in.AssociationId))
			},
		}),
	}}
}

// pool is what a place takes its next addresses from: a range for documentation.
const pool = "198.51.100."

// allocateAddress gives an address, or one that the account released before, as long as no account has it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/working-with-eips.html#using-instance-addressing-eips-recovering
func allocateAddress(c *core.Call, in *ec2.AllocateAddressInput) (*ec2.AllocateAddressOutput, *core.Refusal) {
	a := types.Address{AllocationId: aws.String(c.ResourceID("eipalloc")), Domain: types.DomainTypeVpc, NetworkBorderGroup: aws.String(c.Place.Region), PublicIpv4Pool: aws.String("amazon")}
	tags, refused := tagsGiven(c, in.TagSpecifications)
	if refused != nil {
		return nil, refused
	}
	a.Tags = tags
	if a.PublicIp = in.Address; a.PublicIp == nil {
		a.PublicIp = aws.String(pool + strconv.Itoa(1+len(addresses.Of(c.At))%254))
	}
	if in.Address != nil && slices.ContainsFunc(addresses.Everywhere(c.At), func(o *types.Address) bool { return aws.ToString(o.PublicIp) == *in.Address }) {
		return nil, core.Refuse("InvalidAddress.NotFound", "Address '%s' not found.", *in.Address)
	}
	return answeredBy[ec2.AllocateAddressOutput](addresses.Put(c.At, &a)), nil
}

func releaseAddress(c *core.Call, _ *ec2.ReleaseAddressInput, a *types.Address) (*ec2.ReleaseAddressOutput, *core.Refusal) {
	if a.AssociationId != nil || a.InstanceId != nil || a.NetworkInterfaceId != nil {
		return nil, core.Refuse("InvalidIPAddress.InUse", "Address %s is in use.", aws.ToString(a.PublicIp))
	}
	delete(addresses.Of(c.At), *a.AllocationId)
	return &ec2.ReleaseAddressOutput{}, nil
}

// addressed shows the Elastic IP of an interface: its own, or, of the first, its instance's.
func addressed(c *core.Call, n *networkInterface, out *types.NetworkInterface) {
	for _, a := range addresses.Of(c.At) {
		if aws.ToString(a.NetworkInterfaceId) == n.ID || n.Instance != "" && n.Device == 0 && aws.ToString(a.InstanceId) == n.Instance {
			out.Association = &types.NetworkInterfaceAssociation{PublicIp: a.PublicIp, AllocationId: a.AllocationId, AssociationId: a.AssociationId}
		}
	}
}
