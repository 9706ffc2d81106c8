package ec2

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

const imaged core.Happening = "an image is available"

// imageMade is CreateImage.
func imageMade() core.Operation {
	return core.Define(core.Spec[ec2.CreateImageInput, ec2.CreateImageOutput]{
		Write: true, Basis: core.UsualSpelling, Knows: "Description InstanceId Name NoReboot TagSpecifications", Answer: core.Found(&instances, "InstanceId", createImage),
		Needs: func(c *core.Call, in *ec2.CreateImageInput) []core.Need {
			all := aws.String("*")
			needs := append(making(c, publicARN(c.At, "image", all), in.TagSpecifications), c.On(publicARN(c.At, "snapshot", all))...)
			return append(needs, ofInstances(c, in)...)
		},
	})
}

// createImage makes a snapshot of each disk that is on the shelf of volumes. One name is one image:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
func createImage(c *core.Call, in *ec2.CreateImageInput, i *Instance) (*ec2.CreateImageOutput, *core.Refusal) {
	if i.State != "running" && i.State != "stopped" {
		return nil, wrongState(i, "imaged")
	}
	for _, other := range images.Of(c.At) {
		if other.Name == aws.ToString(in.Name) && !other.Deregistered {
			return nil, core.Refuse("InvalidAMIName.Duplicate", "AMI name %s is already in use by AMI %s", other.Name, other.ID)
		}
	}
	tags, refused := tagsGiven(c, in.TagSpecifications)
	if refused != nil {
		return nil, refused
	}
	made := &image{
		ID: c.ResourceID("ami"), Name: aws.ToString(in.Name), Owner: c.Place.Account, Description: aws.ToString(in.Description), Created: c.Now, Pending: true,
		Tags: map[string]string{},
	}
	for _, t := range tags {
		made.Tags[*t.Key] = *t.Value
	}
	var devices []string
	for _, m := range disksOf(c.At, i.ID) {
		devices = append(devices, aws.ToString(m.DeviceName))
	}
	made.Disks = snapshotsOf(c.At, made.ID, devices)
	images.Put(c.At, made)
	c.After(copying, imaged, made.ID)
	return &ec2.CreateImageOutput{ImageId: aws.String(made.ID)}, nil
}

// snapshotsOf are the disks of an image: the snapshots themselves are on no shelf.
func snapshotsOf(at core.At, image string, devices []string) (disks []types.BlockDeviceMapping) {
	for _, d := range devices {
		disks = append(disks, types.BlockDeviceMapping{DeviceName: aws.String(d), Ebs: &types.EbsBlockDevice{SnapshotId: aws.String(at.Fixed("snap", image+d))}})
	}
	return disks
}

// attachedTo are the volumes of an instance, by the name of their device.
func attachedTo(at core.At, instance string) (all []*types.Volume) {
	for _, v := range volumes.Of(at) {
		if slices.ContainsFunc(v.Attachments, func(a types.VolumeAttachment) bool { return aws.ToString(a.InstanceId) == instance }) {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b *types.Volume) int {
		return slices.Compare([]string{aws.ToString(a.Attachments[0].Device), *a.VolumeId}, []string{aws.ToString(b.Attachments[0].Device), *b.VolumeId})
	})
	return all
}

// disksOf are the disks of an instance as DescribeInstances shows them.
func disksOf(at core.At, instance string) (disks []types.InstanceBlockDeviceMapping) {
	for _, v := range attachedTo(at, instance) {
		for _, a := range v.Attachments {
			if aws.ToString(a.InstanceId) == instance {
				disks = append(disks, types.InstanceBlockDeviceMapping{DeviceName: a.Device, Ebs: &types.EbsInstanceBlockDevice{
					VolumeId: v.VolumeId, AttachTime: a.AttachTime, DeleteOnTermination: a.DeleteOnTermination, Status: types.AttachmentStatusAttached,
				}})
			}
		}
	}
	return disks
}

// partDisks ends the disks that end with a terminated instance, and frees the others.
func partDisks(at core.At, instance string) {
	for _, v := range attachedTo(at, instance) {
		for _, a := range v.Attachments {
			if aws.ToString(a.InstanceId) == instance && aws.ToBool(a.DeleteOnTermination) {
				delete(volumes.Of(at), *v.VolumeId)
			}
		}
		v.Attachments = slices.DeleteFunc(v.Attachments, func(a types.VolumeAttachment) bool { return aws.ToString(a.InstanceId) == instance })
		if len(v.Attachments) == 0 {
			v.State = types.VolumeStateAvailable
		}
	}
}

// terminateNeeds brings the tags of each instance.
func terminateNeeds(c *core.Call, in *ec2.TerminateInstancesInput) []core.Need {
	return onTaggedInstances(c, in.InstanceIds)
}

// stopNeeds bring the tags of the instances, as AWS does.
func stopNeeds(c *core.Call, in *ec2.StopInstancesInput) []core.Need {
	return onTaggedInstances(c, in.InstanceIds)
}

func onTaggedInstances(c *core.Call, ids []string) (needs []core.Need) {
	for _, id := range ids {
		needs = append(needs, onTagged(c, "instance/", &id)...)
	}
	return needs
}

// showBesides lays what a row shows besides over what the world knows of an instance.
func showBesides(out *types.Instance, besides types.Instance) {
	given, into := reflect.ValueOf(besides), reflect.ValueOf(out).Elem()
	for n := range given.NumField() {
		if f := given.Field(n); !f.IsZero() && into.Field(n).CanSet() {
			into.Field(n).Set(f)
		}
	}
}
