package launch

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
)

// The owners that need no account's id.
const (
	ownerSelf         = "self"         // the account that launches
	ownerOrganization = "organization" // any account of the organisation
)

// defaultOwners may always be launched from. Nobody else: what a stranger shares with an account needs the stranger's will
// alone.
func defaultOwners() []string { return []string{ownerSelf, ownerOrganization} }

// owner is what the policy makes of an image's owner.
type owner struct {
	allowed bool
	vouched bool // named by id or alias: its images may be public
}

// owner asks about the organisation last: what is allowed already needs no answer.
func (j judges) owner(ctx context.Context, i types.Image) (owner, error) {
	owners, id := j.rules.owners(), aws.ToString(i.OwnerId)
	if slices.ContainsFunc(owners, func(o string) bool { return o != ownerSelf && o != ownerOrganization && owns(o, i) }) {
		return owner{allowed: true, vouched: true}, nil
	}
	if slices.Contains(owners, ownerSelf) && id == j.place.Account {
		return owner{allowed: true}, nil
	}
	if !slices.Contains(owners, ownerOrganization) || id == "" {
		return owner{}, nil
	}
	member, err := j.in.Organization.Has(ctx, id)
	if err != nil {
		return owner{}, fmt.Errorf("image %q: whether its owner %s belongs to the organisation: %w", aws.ToString(i.ImageId), id, err)
	}
	return owner{allowed: member || id == j.place.Account}, nil
}

// owns compares an account's id, or an alias of AWS's, which no owner can give itself.
func owns(name string, i types.Image) bool {
	return name != "" && (name == aws.ToString(i.OwnerId) || name == aws.ToString(i.ImageOwnerAlias))
}

// launched is the policy's word on the image that an instance was launched from. Of an image that can't be seen any more EC2
// still tells the owner by the instance: what its owner can take away is no acquittal, and no accusation.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceImageMetadata.html
func (j judges) launched(ctx context.Context, i types.Instance) (verdict, error) {
	id := aws.ToString(i.ImageId)
	v, err := j.image(ctx, id)
	if err != nil || !v.unseen {
		return v, err
	}
	last, err := j.remembered(ctx, aws.ToString(i.InstanceId))
	if err != nil || last == nil {
		return v, err
	}
	then, err := j.say(ctx, *last)
	if err != nil {
		return verdict{}, err
	}
	j.known[id] = then
	return then, nil
}

// remembered is what EC2 still knows of an instance's image; nil where it tells nothing, or may not be asked.
func (j judges) remembered(ctx context.Context, instance string) (*types.Image, error) {
	out, err := j.in.AWS.EC2(j.place).DescribeInstanceImageMetadata(ctx, &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{instance}})
	if access.Unreadable(err) || access.Answered(err, "InvalidInstanceID.NotFound", "InvalidAction") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the image of instance %q: %w", instance, err)
	}
	for _, m := range out.InstanceImageMetadata {
		if i := m.ImageMetadata; i != nil && aws.ToString(m.InstanceId) == instance && aws.ToString(i.OwnerId) != "" {
			return &types.Image{
				ImageId: i.ImageId, OwnerId: i.OwnerId, ImageOwnerAlias: i.ImageOwnerAlias, Name: i.Name, Public: i.IsPublic,
				CreationDate: i.CreationDate, DeprecationTime: i.DeprecationTime,
			}, nil
		}
	}
	return nil, nil
}
