package ec2

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// describeImages lists what the account can see. Others' deprecated images are left out unless asked for:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
func describeImages(c *core.Call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, *core.Refusal) {
	all := slices.DeleteFunc(images.Everywhere(c.At), func(i *image) bool {
		old := !i.Deprecated.IsZero() && !i.Deprecated.After(c.Now)
		return !i.visible(c.Place.Account) || i.Disabled && !aws.ToBool(in.IncludeDisabled) || old && !aws.ToBool(in.IncludeDeprecated) && i.Owner != c.Place.Account
	})
	slices.SortFunc(all, func(a, b *image) int { return strings.Compare(a.ID, b.ID) })
	if len(in.ImageIds) > 0 {
		for _, id := range in.ImageIds {
			if _, refused := imageSeen(c.At, id); refused != nil {
				return nil, refused
			}
			if !slices.ContainsFunc(all, func(i *image) bool { return i.ID == id }) {
				return nil, core.Refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
			}
		}
		all = slices.DeleteFunc(all, func(i *image) bool { return !slices.Contains(in.ImageIds, i.ID) })
	}
	if len(in.Owners) > 0 {
		all = slices.DeleteFunc(all, func(i *image) bool {
			return !slices.ContainsFunc(in.Owners, func(owner string) bool { // self, an alias, an account
				return owner == i.Owner || owner == "self" && i.Owner == c.Place.Account || owner == alias(c, i) && owner != ""
			})
		})
	}
	shown := make([]types.Image, 0, len(all))
	for _, i := range all {
		shown = append(shown, describedImage(c, i))
	}
	shown, refused := core.Filter(shown, in.Filters, images.Filters)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := core.Paged(shown, in.NextToken, in.MaxResults)
	return &ec2.DescribeImagesOutput{Images: page, NextToken: next}, refused
}

func alias(c *core.Call, i *image) string {
	if a, ok := c.Accounts[i.Owner]; ok {
		return a.Alias
	}
	return ""
}

func describedImage(c *core.Call, i *image) types.Image {
	out := types.Image{
		ImageId: aws.String(i.ID), Name: aws.String(i.Name), OwnerId: aws.String(i.Owner), ImageOwnerAlias: core.Optional(alias(c, i)),
		Public: aws.Bool(i.Public), State: types.ImageStateAvailable, CreationDate: aws.String(core.Milliseconds(i.Created)),
		Architecture: types.ArchitectureValuesX8664, ImageType: types.ImageTypeValuesMachine, BlockDeviceMappings: i.Disks,
	}
	if i.Pending {
		out.State = types.ImageStatePending
	}
	if i.Owner == c.Place.Account { // tags belong to an account
		out.Tags = TagsOf(i.Tags)
	}
	if !i.Deprecated.IsZero() {
		out.DeprecationTime = aws.String(core.Milliseconds(i.Deprecated))
	}
	return out
}
