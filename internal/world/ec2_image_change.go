package world

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func imageChanges() []operation {
	return []operation{
		define(spec[ec2.ModifyImageAttributeInput, ec2.ModifyImageAttributeOutput]{
			name: "ec2.ModifyImageAttribute", write: true, basis: ec2Reference + "ModifyImageAttribute.html; record: recorded ones",
			knows: "ImageId LaunchPermission",
			needs: func(c *call, in *ec2.ModifyImageAttributeInput) []need { return c.onImage(in.ImageId) },
			do:    modifyImageAttribute,
			request: func(_ *call, in *ec2.ModifyImageAttributeInput) any {
				return fields{"imageId": aws.ToString(in.ImageId), "attributeType": "launchPermission", "launchPermission": permissionFields(in.LaunchPermission)}
			},
			response: func(c *call, _ *ec2.ModifyImageAttributeOutput) any { return c.returned() },
		}),
		define(spec[ec2.DeregisterImageInput, ec2.DeregisterImageOutput]{
			name: "ec2.DeregisterImage", write: true, basis: ec2Reference + "DeregisterImage.html; record: by analogy, unverified",
			knows: "ImageId",
			needs: func(c *call, in *ec2.DeregisterImageInput) []need { return c.onImage(in.ImageId) },
			do:    deregisterImage, response: func(c *call, _ *ec2.DeregisterImageOutput) any { return c.returned() },
		}),
		define(spec[ec2.DescribeInstanceImageMetadataInput, ec2.DescribeInstanceImageMetadataOutput]{
			name: "ec2.DescribeInstanceImageMetadata", basis: ec2Reference + "DescribeInstanceImageMetadata.html",
			knows: "InstanceIds", do: describeInstanceImageMetadata,
		}),
	}
}

func (c *call) onImage(id *string) []need {
	return on("ec2:"+c.name, "arn:"+c.Partition+":ec2:"+c.place.Region+"::image/"+aws.ToString(id))
}

// own finds an image that the caller's account may change.
func (c *call) ownImage(id *string) (*image, *refusal) {
	i, refused := c.image(c.place, aws.ToString(id))
	if refused == nil && i.Owner != c.place.Account {
		return nil, refuse("AuthFailure", "Not authorized for image:%s", i.ID)
	}
	return i, refused
}

// modifyImageAttribute adds and takes launch permissions: of everybody, or of accounts.
func modifyImageAttribute(c *call, in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, *refusal) {
	i, refused := c.ownImage(in.ImageId)
	if refused != nil {
		return nil, refused
	}
	if in.LaunchPermission == nil {
		return nil, refuse("InvalidParameterCombination", "No attributes specified.")
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
func deregisterImage(c *call, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, *refusal) {
	i, refused := c.ownImage(in.ImageId)
	if refused != nil {
		return nil, refused
	}
	i.Deregistered = true
	return &ec2.DeregisterImageOutput{Return: aws.Bool(true)}, nil
}

func permissionFields(m *types.LaunchPermissionModifications) fields {
	f := fields{}
	for key, all := range map[string][]types.LaunchPermission{"add": m.Add, "remove": m.Remove} {
		items := []any{}
		for _, p := range all {
			item := fields{}
			given(item, "group", string(p.Group))
			given(item, "userId", aws.ToString(p.UserId))
			items = append(items, item)
		}
		if len(items) > 0 {
			f[key] = fields{"items": items}
		}
	}
	return f
}

// describeInstanceImageMetadata tells of the images of instances, also those that can't be seen any more.
func describeInstanceImageMetadata(c *call, in *ec2.DescribeInstanceImageMetadataInput) (*ec2.DescribeInstanceImageMetadataOutput, *refusal) {
	named, refused := c.at(c.place).instances(in.InstanceIds)
	if refused != nil {
		return nil, refused
	}
	out := &ec2.DescribeInstanceImageMetadataOutput{}
	for _, i := range named {
		m := types.InstanceImageMetadata{InstanceId: aws.String(i.ID), OwnerId: aws.String(c.place.Account), LaunchTime: aws.Time(i.Launched)}
		for _, a := range c.Accounts {
			if r, ok := a.Regions[c.place.Region]; ok && r.Images[i.Image] != nil {
				m.ImageMetadata = c.imageMetadata(r.Images[i.Image])
			}
		}
		out.InstanceImageMetadata = append(out.InstanceImageMetadata, m)
	}
	return out, nil
}

func (c *call) imageMetadata(i *image) *types.ImageMetadata {
	d := c.describedImage(i)
	m := &types.ImageMetadata{
		ImageId: d.ImageId, OwnerId: d.OwnerId, ImageOwnerAlias: d.ImageOwnerAlias, Name: d.Name, IsPublic: d.Public,
		CreationDate: d.CreationDate, DeprecationTime: d.DeprecationTime, State: types.ImageStateAvailable,
	}
	if i.Deregistered {
		m.State = types.ImageStateDeregistered
	}
	return m
}
