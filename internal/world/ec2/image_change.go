package ec2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// imageARN has no account.
func imageARN(at core.At, id *string) string {
	return "arn:" + at.Partition + ":ec2:" + at.Place.Region + "::image/" + aws.ToString(id)
}

// ownImage finds an image that the caller's account may change.
func ownImage(c *core.Call, id *string) (*image, *core.Refusal) {
	i, refused := imageSeen(c.At, aws.ToString(id))
	if refused == nil && i.Owner != c.Place.Account {
		return nil, core.Refuse("AuthFailure", "Not authorized for image:%s", i.ID)
	}
	return i, refused
}

// modifyImageAttribute adds and takes launch permissions: of everybody, or of accounts.
func modifyImageAttribute(c *core.Call, in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, *core.Refusal) {
	i, refused := ownImage(c, in.ImageId)
	if refused != nil {
		return nil, refused
	}
	if in.LaunchPermission == nil {
		return nil, core.Refuse("InvalidParameterCombination", "No attributes specified.")
	}
	for _, p := range in.LaunchPermission.Add {
		if p.Group == types.PermissionGroupAll {
			i.Public = true
		}
		if p.UserId != nil {
			i.Shared = append(i.Shared, *p.UserId)
		}
	}
	for _, p := range in.LaunchPermission.Remove {
		if p.Group == types.PermissionGroupAll {
			i.Public = false
		}
		i.Shared = slices.DeleteFunc(i.Shared, func(a string) bool { return a == aws.ToString(p.UserId) })
	}
	return &ec2.ModifyImageAttributeOutput{}, nil
}

// deregisterImage hides an image from everybody; instances launched from it go on, and remember it.
func deregisterImage(c *core.Call, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, *core.Refusal) {
	i, refused := ownImage(c, in.ImageId)
	if refused != nil {
		return nil, refused
	}
	i.Deregistered = true
	return &ec2.DeregisterImageOutput{Return: aws.Bool(true)}, nil
}

func permissionFields(m *types.LaunchPermissionModifications) core.Fields {
	f := core.Fields{}
	for key, all := range map[string][]types.LaunchPermission{"add": m.Add, "remove": m.Remove} {
		items := []any{}
		for _, p := range all {
			item := core.Fields{}
			core.Given(item, "group", string(p.Group))
			core.Given(item, "userId", aws.ToString(p.UserId))
			items = append(items, item)
		}
		if len(items) > 0 {
			f[key] = core.Fields{"items": items}
		}
	}
	return f
}

// describeInstanceImageMetadata tells of the images of instances, also those that can't be seen any more.
func describeInstanceImageMetadata(c *core.Call, in *ec2.DescribeInstanceImageMetadataInput) (*ec2.DescribeInstanceImageMetadataOutput, *core.Refusal) {
	named, refused := instances.Some(c.At, in.InstanceIds)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeInstanceImageMetadataOutput{}
	for _, i := range named {
		m := types.InstanceImageMetadata{InstanceId: aws.String(i.ID), OwnerId: aws.String(c.Place.Account), LaunchTime: aws.Time(i.Launched)}
		for _, seen := range images.Everywhere(c.At) {
			if seen.ID == i.Image {
				m.ImageMetadata = imageMetadata(c, seen)
			}
		}
		out.InstanceImageMetadata = append(out.InstanceImageMetadata, m)
	}
	return out, nil
}

func imageMetadata(c *core.Call, i *image) *types.ImageMetadata {
	d := describedImage(c, i)
	m := &types.ImageMetadata{
		ImageId: d.ImageId, OwnerId: d.OwnerId, ImageOwnerAlias: d.ImageOwnerAlias, Name: d.Name, IsPublic: d.Public,
		CreationDate: d.CreationDate, DeprecationTime: d.DeprecationTime, State: types.ImageStateAvailable,
	}
	if i.Deregistered {
		m.State = types.ImageStateDeregistered
	}
	return m
}
