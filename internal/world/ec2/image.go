package ec2

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// image is one AMI, in the region of the account that owns it.
type image struct {
	ID, Name, Owner, Description string
	Public, Deregistered         bool
	Created, Deprecated          time.Time
	Tags                         map[string]string // seen by the owner only
	Shared                       []string          // accounts that may launch it
	Disks                        []types.BlockDeviceMapping
	Pending                      bool // it is being made
	Disabled                     bool // nothing is launched from it, and it is listed only where it is asked for
}

var images = core.Shelf[image]{
	Kind: "ec2.image", ID: "ID", Missing: core.Missing("InvalidAMIID.NotFound", "The image id '[%s]' does not exist"),
	Filters: map[string]string{
		"image-id": "ImageId", "name": "Name", "owner-id": "OwnerId", "owner-alias": "ImageOwnerAlias", "is-public": "Public",
		"state": "State", "architecture": "Architecture", "tag": "Tags", "tag-key": "Tags.Key",
		"block-device-mapping.snapshot-id": "BlockDeviceMappings.Ebs.SnapshotId",
	},
}

func imageResource() core.Resource {
	return core.Resource{Shelf: &images, Operations: []core.Operation{
		core.Define(core.Spec[ec2.DescribeImagesInput, ec2.DescribeImagesOutput]{
			Basis: "a deprecated image asked for by id: unverified",
			Knows: "ImageIds Owners Filters IncludeDeprecated IncludeDisabled MaxResults NextToken", Answer: describeImages,
		}),
		core.Define(core.Spec[ec2.ModifyImageAttributeInput, ec2.ModifyImageAttributeOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "ImageId LaunchPermission",
			Needs: func(c *core.Call, in *ec2.ModifyImageAttributeInput) []core.Need {
				return c.On(publicARN(c.At, "image", in.ImageId))
			},
			Answer: modifyImageAttribute,
			Request: func(_ *core.Call, in *ec2.ModifyImageAttributeInput) any {
				return core.Fields{"imageId": aws.ToString(in.ImageId), "attributeType": "launchPermission", "launchPermission": permissionFields(in.LaunchPermission)}
			},
			Response: returned[ec2.ModifyImageAttributeOutput],
		}),
		core.Define(core.Spec[ec2.DeregisterImageInput, ec2.DeregisterImageOutput]{
			Write: true, Basis: "record: by analogy, unverified", Knows: "ImageId",
			Needs: func(c *core.Call, in *ec2.DeregisterImageInput) []core.Need {
				return c.On(publicARN(c.At, "image", in.ImageId))
			},
			Answer: func(c *core.Call, in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, *core.Refusal) {
				i, refused := ownImage(c, in.ImageId)
				if refused == nil {
					i.Deregistered = true // hidden from all accounts; instances launched from it go on, and remember it
				}
				return &ec2.DeregisterImageOutput{Return: aws.Bool(true)}, refused
			},
			Response: returned[ec2.DeregisterImageOutput],
		}),
		imageMade(),
		core.Define(core.Spec[ec2.DescribeInstanceImageMetadataInput, ec2.DescribeInstanceImageMetadataOutput]{
			Knows: "InstanceIds", Answer: core.FoundAll(&instances, "InstanceIds", describeInstanceImageMetadata),
		}),
	}, On: map[core.Happening]func(core.At, string){
		imaged: func(at core.At, id string) {
			if i, ok := images.Of(at)[id]; ok {
				i.Pending = false
			}
		},
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
	Disks      []string          `yaml:"disks"`     // names of devices, of each of which it has a snapshot
	Snapshots  []string          `yaml:"snapshots"` // of its further disks
	Disabled   bool              `yaml:"disabled"`
}

func (e imageEstate) build(at core.At) error {
	if e.ID == "" {
		e.ID = at.ResourceID("ami")
	}
	if slices.ContainsFunc(images.Everywhere(at), func(i *image) bool { return i.ID == e.ID }) {
		return fmt.Errorf("image %s is listed twice", e.ID)
	}
	disks := snapshotsOf(at, e.ID, e.Disks)
	for _, id := range e.Snapshots {
		disks = append(disks, types.BlockDeviceMapping{Ebs: &types.EbsBlockDevice{SnapshotId: &id}})
	}
	images.Put(at, &image{
		ID: e.ID, Name: e.Name, Owner: at.Place.Account, Public: e.Public, Shared: e.Shared, Created: e.Created.UTC(),
		Deprecated: e.Deprecated.UTC(), Tags: e.Tags, Disks: disks, Disabled: e.Disabled,
	})
	return nil
}

// publicARN is the ARN of an image or a snapshot, which has no account.
func publicARN(at core.At, kind string, id *string) string {
	return "arn:" + at.Partition + ":ec2:" + at.Place.Region + "::" + kind + "/" + aws.ToString(id)
}

// ownImage finds an image that the caller's account may change.
func ownImage(c *core.Call, id *string) (*image, *core.Refusal) {
	i, refused := imageSeen(c.At, aws.ToString(id))
	if refused == nil && i.Owner != c.Place.Account {
		return nil, core.Refuse("AuthFailure", "Not authorized for image:%s", i.ID)
	}
	return i, refused
}

// modifyImageAttribute adds and takes launch permissions: of all accounts, or of some.
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
func describeInstanceImageMetadata(c *core.Call, in *ec2.DescribeInstanceImageMetadataInput, named []*Instance) (*ec2.DescribeInstanceImageMetadataOutput, *core.Refusal) {
	out := &ec2.DescribeInstanceImageMetadataOutput{}
	for _, i := range named {
		m := types.InstanceImageMetadata{InstanceId: aws.String(i.ID), OwnerId: aws.String(c.Place.Account), LaunchTime: aws.Time(i.Launched)}
		for _, seen := range images.Everywhere(c.At) {
			if seen.ID != i.Image {
				continue
			}
			d := describedImage(c, seen)
			m.ImageMetadata = &types.ImageMetadata{
				ImageId: d.ImageId, OwnerId: d.OwnerId, ImageOwnerAlias: d.ImageOwnerAlias, Name: d.Name, IsPublic: d.Public,
				CreationDate: d.CreationDate, DeprecationTime: d.DeprecationTime, State: types.ImageStateAvailable,
			}
			if seen.Deregistered {
				m.ImageMetadata.State = types.ImageStateDeregistered
			}
		}
		out.InstanceImageMetadata = append(out.InstanceImageMetadata, m)
	}
	return out, nil
}
