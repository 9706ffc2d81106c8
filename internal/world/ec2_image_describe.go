package world

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// describeImages lists what the account can see. Others' deprecated images are left out unless asked for:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
func describeImages(c *call, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, *refusal) {
	all := c.visibleImages(aws.ToBool(in.IncludeDeprecated))
	if len(in.ImageIds) > 0 {
		for _, id := range in.ImageIds {
			if _, refused := c.image(c.place, id); refused != nil {
				return nil, refused
			}
			if !slices.ContainsFunc(all, func(i *image) bool { return i.ID == id }) {
				return nil, refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
			}
		}
		all = slices.DeleteFunc(all, func(i *image) bool { return !slices.Contains(in.ImageIds, i.ID) })
	}
	if len(in.Owners) > 0 {
		all = slices.DeleteFunc(all, func(i *image) bool {
			return !slices.ContainsFunc(in.Owners, func(o string) bool { return c.owned(i, o) })
		})
	}
	all, refused := filtered(all, in.Filters, c.imageField)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeImagesOutput{NextToken: next}
	for _, i := range page {
		out.Images = append(out.Images, c.describedImage(i))
	}
	return out, refused
}

func (c *call) visibleImages(deprecated bool) []*image {
	var all []*image
	for _, a := range c.Accounts {
		r, ok := a.Regions[c.place.Region]
		if !ok {
			continue
		}
		for _, i := range r.Images {
			old := !i.Deprecated.IsZero() && !i.Deprecated.After(c.Now)
			if i.visible(c.place.Account) && (!old || deprecated || i.Owner == c.place.Account) {
				all = append(all, i)
			}
		}
	}
	slices.SortFunc(all, func(a, b *image) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// owned tells whether an image's owner is the one that Owners names: self, an alias, an account.
func (c *call) owned(i *image, owner string) bool {
	return owner == i.Owner || owner == "self" && i.Owner == c.place.Account || owner == c.alias(i) && owner != ""
}

func (c *call) alias(i *image) string {
	if a, ok := c.Accounts[i.Owner]; ok {
		return a.Alias
	}
	return ""
}

func (c *call) imageField(i *image, filter string) ([]string, bool) {
	switch filter {
	case "image-id":
		return []string{i.ID}, true
	case "name":
		return []string{i.Name}, true
	case "owner-id":
		return []string{i.Owner}, true
	case "owner-alias":
		return []string{c.alias(i)}, true
	case "is-public":
		return []string{strconv.FormatBool(i.Public)}, true
	case "state":
		return []string{"available"}, true
	case "architecture":
		return []string{"x86_64"}, true
	}
	return tagField(c.imageTags(i), filter)
}

// imageTags are the tags that the caller sees: tags belong to an account.
func (c *call) imageTags(i *image) map[string]string {
	if i.Owner != c.place.Account {
		return nil
	}
	return i.Tags
}

func (c *call) describedImage(i *image) types.Image {
	out := types.Image{
		ImageId: aws.String(i.ID), Name: aws.String(i.Name), OwnerId: aws.String(i.Owner), ImageOwnerAlias: optional(c.alias(i)),
		Public: aws.Bool(i.Public), State: types.ImageStateAvailable, CreationDate: aws.String(milliseconds(i.Created)),
		Tags: tagsOf(c.imageTags(i)), Architecture: types.ArchitectureValuesX8664, ImageType: types.ImageTypeValuesMachine,
	}
	if !i.Deprecated.IsZero() {
		out.DeprecationTime = aws.String(milliseconds(i.Deprecated))
	}
	return out
}
