package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// releaseAddressKind gives an address back to AWS.
var releaseAddressKind = Define[ReleaseAddress](Kind{
	Name: "ec2.release-address", Version: 1, Does: "release an Elastic IP address", Class: Destroy, Tier: TierDestroy,
	WayBack: recoverAddressKind.Name,
	Reads:   []call.ID{call.EC2DescribeAddresses},
	Writes:  []call.ID{call.EC2ReleaseAddress},
})

// recoverAddressKind asks AWS for the very same address again, which it gives as long as no other account has it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/working-with-eips.html#using-instance-addressing-eips-recovering
var recoverAddressKind = Define[RecoverAddress](Kind{
	Name: "ec2.recover-address", Version: 1, Does: "ask AWS for an address that was released, with its tags", Class: Mend, Tier: TierMend,
	Final:  "an address that was given back stays",
	Reads:  []call.ID{call.EC2DescribeAddresses},
	Writes: []call.ID{call.EC2AllocateAddress, call.EC2CreateTags},
})

// ReleaseAddress wants an address released that nothing has, and that the case announced.
type ReleaseAddress struct {
	Address event.Resource // by its allocation id
	IP      string
	Case    string
}

// RecoverAddress wants the account to have an address again.
type RecoverAddress struct {
	Address event.Resource // by the allocation id that it had
	IP      string
	Tags    []Tag // the owner's
}

// About is the action as data.
func (a ReleaseAddress) About() About {
	return About{Kind: releaseAddressKind, Target: a.Address, Hits: "address " + a.IP + ", which another account may get"}
}

// Look refuses whatever makes the release other than announced.
func (a ReleaseAddress) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, err := LookAddress(ctx, r, a.Address)
	switch {
	case err != nil:
		return Look{}, err
	case found == nil:
		return Look{Satisfied: true}, nil
	case aws.ToString(found.PublicIp) != a.IP:
		return Look{Refused: "it is another address now: " + aws.ToString(found.PublicIp)}, nil
	case associated(found):
		return Look{Refused: "it is associated"}, nil
	case found.ServiceManaged != "":
		return Look{Refused: "a service of AWS manages it: " + string(found.ServiceManaged)}, nil
	}
	if refused := announcedBy(tagMap(found.Tags), a.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: RecoverAddress{a.Address, a.IP, ownersTags(found.Tags)}}, nil
}

// Do releases it. EC2 refuses where it is associated meanwhile, and the role's policy where its tag is gone.
func (a ReleaseAddress) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(a.Address.Place()).ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: aws.String(a.Address.ID)})
	return Refused(fmt.Sprintf("release address %q", a.IP), err)
}

// About is the action as data.
func (a RecoverAddress) About() About {
	return About{Kind: recoverAddressKind, Target: a.Address, Hits: "address " + a.IP}
}

// Look asks whether the account has the address, under whatever allocation id.
func (a RecoverAddress) Look(ctx context.Context, r access.Reads) (Look, error) {
	out, err := r.EC2(a.Address.Place()).DescribeAddresses(ctx, &ec2.DescribeAddressesInput{Filters: []types.Filter{{Name: aws.String("public-ip"), Values: []string{a.IP}}}})
	if err != nil {
		return Look{}, fmt.Errorf("read address %q: %w", a.IP, err)
	}
	for _, found := range out.Addresses {
		switch {
		case aws.ToString(found.PublicIp) != a.IP:
		case associated(&found):
			return Look{Missing: "the account has the address again, and it is associated as " + aws.ToString(found.AllocationId)}, nil
		default:
			return Look{Satisfied: true}, nil
		}
	}
	return Look{}, nil
}

// Do asks for it. That another account has it by now is definitive.
func (a RecoverAddress) Do(ctx context.Context, w access.Writes) error {
	in := &ec2.AllocateAddressInput{Domain: types.DomainTypeVpc, Address: aws.String(a.IP)}
	if len(a.Tags) > 0 {
		in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeElasticIp, Tags: ec2Tags(a.Tags)}}
	}
	_, err := w.EC2(a.Address.Place()).AllocateAddress(ctx, in)
	what := fmt.Sprintf("have address %q back", a.IP)
	if access.Answered(err, "InvalidAddress.NotFound", "InvalidAddressID.NotFound") {
		return fmt.Errorf("%s: another account may have it: %w: %w", what, ErrCannot, err)
	}
	return Refused(what, err)
}

// LookAddress reads one address; nil where the account has none of that allocation id.
func LookAddress(ctx context.Context, r access.Reads, a event.Resource) (*types.Address, error) {
	out, err := r.EC2(a.Place()).DescribeAddresses(ctx, &ec2.DescribeAddressesInput{AllocationIds: []string{a.ID}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read address %q: %w", a.ID, err)
	}
	for _, found := range out.Addresses {
		if aws.ToString(found.AllocationId) == a.ID {
			return &found, nil
		}
	}
	return nil, nil
}

func associated(a *types.Address) bool {
	return aws.ToString(a.AssociationId)+aws.ToString(a.InstanceId)+aws.ToString(a.NetworkInterfaceId) != ""
}
