package ec2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/world/core"
)

// image is one AMI, in the region of the account that owns it.
type image struct {
	ID, Name, Owner, Description string
	Public, Deregistered         bool
	Created, Deprecated          time.Time
	Tags                         map[string]string // seen by the owner only
	Shared                       []string          // accounts that may launch it
}

var images = core.Shelf[image]{
	Kind: "ec2:image", ID: "ID", Missing: core.Missing("InvalidAMIID.NotFound", "The image id '[%s]' does not exist"),
	Filters: map[string]string{
		"image-id": "ImageId", "name": "Name", "owner-id": "OwnerId", "owner-alias": "ImageOwnerAlias", "is-public": "Public",
		"state": "State", "architecture": "Architecture", "tag": "Tags", "tag-key": "Tags.Key",
	},
}

func imageResource() core.Resource {
	return core.Resource{Shelf: &images, Operations: []core.Operation{
		core.Define(core.Spec[ec2.DescribeImagesInput, ec2.DescribeImagesOutput]{
			Basis: "a deprecated image asked for by id: unverified",
			Knows: "ImageIds Owners Filters IncludeDeprecated IncludeDisabled MaxResults NextToken", Answer: describeImages,
		}),
		core.Define(core.Spec[ec2.ModifyImageAttributeInput, ec2.ModifyImageAttributeOutput]{
			Write: true, Basis: "record: recorded ones",
			Knows: "ImageId LaunchPermission",
			Needs: func(c *core.Call, in *ec2.ModifyImageAttributeInput) []core.Need {
				return c.On(imageARN(c.At, in.ImageId))
			},
			Answer: modifyImageAttribute,
			Request: func(_ *core.Call, in *ec2.ModifyImageAttributeInput) any {
				return core.Fields{"imageId": aws.ToString(in.ImageId), "attributeType": "launchPermission", "launchPermission": permissionFields(in.LaunchPermission)}
			},
			Response: returned[ec2.ModifyImageAttributeOutput],
		}),
		core.Define(core.Spec[ec2.DeregisterImageInput, ec2.DeregisterImageOutput]{
			Write: true, Basis: "record: by analogy, unverified",
			Knows:  "ImageId",
			Needs:  func(c *core.Call, in *ec2.DeregisterImageInput) []core.Need { return c.On(imageARN(c.At, in.ImageId)) },
			Answer: deregisterImage, Response: returned[ec2.DeregisterImageOutput],
		}),
		core.Define(core.Spec[ec2.DescribeInstanceImageMetadataInput, ec2.DescribeInstanceImageMetadataOutput]{
			Knows: "InstanceIds", Answer: describeInstanceImageMetadata,
		}),
	}}
}

// imageSeen finds one that an account can see in a region: its own, a public one, one shared with it.
func imageSeen(at core.At, id string) (*image, *core.Refusal) {
	if !strings.HasPrefix(id, "ami-") {
		return nil, core.Refuse("InvalidAMIID.Malformed", "Invalid id: %q (expecting \"ami-...\")", id)
	}
	for _, i := range images.Everywhere(at) {
		if i.ID == id && i.visible(at.Place.Account) {
			return i, nil
		}
	}
	return nil, images.Missing(id)
}

func (i *image) visible(to string) bool {
	if i.Deregistered {
		return false
	}
	return i.Public || i.Owner == to || slices.Contains(i.Shared, to)
}

type imageEstate struct {
	ID         string            `yaml:"id"`
	Name       string            `yaml:"name"`
	Public     bool              `yaml:"public"`
	Shared     []string          `yaml:"shared"`
	Created    time.Time         `yaml:"created"`
	Deprecated time.Time         `yaml:"deprecated"`
	Tags       map[string]string `yaml:"tags"`
}

func (e imageEstate) build(at core.At) error {
	if e.ID == "" {
		e.ID = at.ResourceID("ami")
	}
	if slices.ContainsFunc(images.Everywhere(at), func(i *image) bool { return i.ID == e.ID }) {
		return fmt.Errorf("image %s is listed twice", e.ID)
	}
	images.Put(at, &image{
		ID: e.ID, Name: e.Name, Owner: at.Place.Account, Public: e.Public, Shared: e.Shared, Created: e.Created.UTC(),
		Deprecated: e.Deprecated.UTC(), Tags: e.Tags,
	})
	return nil
}
