package ec2

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// volumes are EBS volumes, as far as an estate or a call made them: the disks that instances begin with are not among them.
var volumes = core.Shelf[types.Volume]{
	Kind: "ec2.volume", ID: "VolumeId", Missing: core.Missing("InvalidVolume.NotFound", "The volume '%s' does not exist."),
	Filters: map[string]string{"status": "State", "snapshot-id": "SnapshotId", "tag": "Tags", "tag-key": "Tags.Key", "volume-id": "VolumeId"},
}

// modifications are the changes of size, type or speed that volumes are under, or were.
var modifications = core.Shelf[types.VolumeModification]{
	Kind: "ec2.volume-modification", ID: "VolumeId", Missing: core.Missing("InvalidVolumeModification.NotFound", "Modification for volume '%s' does not exist."),
}

const available core.Happening = "a volume becomes available"

func volumeResource() core.Resource {
	return core.Resource{Shelf: &volumes, Operations: []core.Operation{
		core.List[ec2.DescribeVolumesInput, ec2.DescribeVolumesOutput](&volumes, core.Listing{IDs: "VolumeIds"}, core.AsIs),
		core.Define(core.Spec[ec2.CreateVolumeInput, ec2.CreateVolumeOutput]{
			Write: true, Basis: "record: as https://docs.aws.amazon.com/kms/latest/developerguide/ct-ec2one.html has one, further fields unverified", Answer: createVolume, Response: recordedVolume,
			Needs: func(c *core.Call, in *ec2.CreateVolumeInput) []core.Need {
				return making(c, c.ARN("ec2", "volume/*"), in.TagSpecifications)
			},
			Knows: "AvailabilityZone ClientToken Encrypted Iops KmsKeyId MultiAttachEnabled Size SnapshotId TagSpecifications Throughput VolumeType",
		}),
		core.Define(core.Spec[ec2.DeleteVolumeInput, ec2.DeleteVolumeOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "VolumeId", Response: returned[ec2.DeleteVolumeOutput],
			Needs: func(c *core.Call, in *ec2.DeleteVolumeInput) []core.Need {
				return onTagged(c, "volume/", in.VolumeId)
			},
			Answer: core.Found(&volumes, "VolumeId", deleteVolume),
		}),
		core.Define(core.Spec[ec2.AttachVolumeInput, ec2.AttachVolumeOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "Device InstanceId VolumeId", Answer: core.Found(&volumes, "VolumeId", attachVolume),
		}),
		core.Define(core.Spec[ec2.DetachVolumeInput, ec2.DetachVolumeOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "InstanceId VolumeId", Answer: core.Found(&volumes, "VolumeId", detachVolume),
		}),
	}, On: map[core.Happening]func(core.At, string){
		available: func(at core.At, id string) {
			if v, ok := volumes.Of(at)[id]; ok && v.State == types.VolumeStateCreating {
				v.State = types.VolumeStateAvailable
			}
		},
	}}
}

func modificationResource() core.Resource {
	return core.Resource{Shelf: &modifications, Operations: []core.Operation{
		core.List[ec2.DescribeVolumesModificationsInput, ec2.DescribeVolumesModificationsOutput](&modifications, core.Listing{IDs: "VolumeIds"}, core.AsIs),
	}}
}

// recordedVolume is what the record says that was made.
func recordedVolume(_ *core.Call, v *ec2.CreateVolumeOutput) any {
	f := core.Fields{
		"volumeId": aws.ToString(v.VolumeId), "size": fmt.Sprint(aws.ToInt32(v.Size)), "zone": aws.ToString(v.AvailabilityZone), "status": string(v.State),
		"createTime": v.CreateTime.UnixMilli(), "volumeType": string(v.VolumeType), "encrypted": aws.ToBool(v.Encrypted),
	}
	if v.Iops != nil {
		f["iops"] = *v.Iops
	}
	return f
}

// createVolume makes one volume of one client token, however often it is asked for.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
func createVolume(c *core.Call, in *ec2.CreateVolumeInput) (*ec2.CreateVolumeOutput, *core.Refusal) {
	v := types.Volume{
		VolumeId: aws.String(c.ResourceID("vol")), AvailabilityZone: in.AvailabilityZone, CreateTime: aws.Time(c.Now), Encrypted: aws.Bool(aws.ToBool(in.Encrypted)),
		Iops: in.Iops, KmsKeyId: in.KmsKeyId, MultiAttachEnabled: aws.Bool(aws.ToBool(in.MultiAttachEnabled)), Size: in.Size, SnapshotId: aws.String(aws.ToString(in.SnapshotId)),
		State: types.VolumeStateCreating, Throughput: in.Throughput, VolumeType: cmp.Or(in.VolumeType, types.VolumeTypeGp2),
	}
	if in.ClientToken != nil {
		v.VolumeId = aws.String(c.Fixed("vol", *in.ClientToken))
		if was, made := volumes.Of(c.At)[*v.VolumeId]; made {
			return answeredBy[ec2.CreateVolumeOutput](was), nil
		}
	}
	if in.SnapshotId != nil {
		s, refused := snapshots.Find(c.At, in.SnapshotId)
		switch {
		case refused != nil:
			return nil, refused
		case s.State != types.SnapshotStateCompleted:
			return nil, core.Refuse("IncorrectState", "Snapshot is in invalid state - %s", s.State)
		}
		v.Size = aws.Int32(max(aws.ToInt32(v.Size), aws.ToInt32(s.VolumeSize)))
		v.Encrypted = aws.Bool(aws.ToBool(v.Encrypted) || aws.ToBool(s.Encrypted))
		if v.KmsKeyId == nil {
			v.KmsKeyId = s.KmsKeyId
		}
	}
	tags, refused := tagsGiven(c, in.TagSpecifications)
	if refused != nil {
		return nil, refused
	}
	v.Tags = tags
	c.After(transition, available, *v.VolumeId)
	return answeredBy[ec2.CreateVolumeOutput](volumes.Put(c.At, &v)), nil
}

func deleteVolume(c *core.Call, _ *ec2.DeleteVolumeInput, v *types.Volume) (*ec2.DeleteVolumeOutput, *core.Refusal) {
	if len(v.Attachments) > 0 {
		return nil, core.Refuse("VolumeInUse", "Volume %s is currently attached to %s", *v.VolumeId, aws.ToString(v.Attachments[0].InstanceId))
	}
	delete(volumes.Of(c.At), *v.VolumeId)
	return &ec2.DeleteVolumeOutput{}, nil
}

func attachVolume(c *core.Call, in *ec2.AttachVolumeInput, v *types.Volume) (*ec2.AttachVolumeOutput, *core.Refusal) {
	if v.State != types.VolumeStateAvailable {
		return nil, core.Refuse("VolumeInUse", "%s is already attached to an instance", *v.VolumeId)
	}
	if _, refused := instances.Find(c.At, in.InstanceId); refused != nil {
		return nil, refused
	}
	a := types.VolumeAttachment{VolumeId: v.VolumeId, InstanceId: in.InstanceId, Device: in.Device, AttachTime: aws.Time(c.Now), State: types.VolumeAttachmentStateAttached}
	v.State, v.Attachments = types.VolumeStateInUse, append(v.Attachments, a)
	return answeredBy[ec2.AttachVolumeOutput](&a), nil
}

func detachVolume(_ *core.Call, in *ec2.DetachVolumeInput, v *types.Volume) (*ec2.DetachVolumeOutput, *core.Refusal) {
	i := slices.IndexFunc(v.Attachments, func(a types.VolumeAttachment) bool {
		return in.InstanceId == nil || aws.ToString(a.InstanceId) == *in.InstanceId
	})
	if i < 0 {
		return nil, core.Refuse("IncorrectState", "Volume '%s' is in the 'available' state.", *v.VolumeId)
	}
	a := v.Attachments[i]
	a.State = types.VolumeAttachmentStateDetached
	v.Attachments = slices.Delete(slices.Clone(v.Attachments), i, i+1)
	if len(v.Attachments) == 0 {
		v.State, v.Attachments = types.VolumeStateAvailable, nil
	}
	return answeredBy[ec2.DetachVolumeOutput](&a), nil
}
