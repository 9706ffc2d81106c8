package action

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteVolumeKind deletes what a snapshot keeps.
var deleteVolumeKind = Define[DeleteVolume](Kind{
	Name: "ec2.delete-volume", Version: 1, Does: "delete a volume of which this case's snapshot is completed", Class: Destroy, Tier: TierDestroy,
	WayBack: restoreVolumeKind.Name,
	Reads:   []call.ID{call.EC2DescribeVolumes, call.EC2DescribeSnapshots},
	Writes:  []call.ID{call.EC2DeleteVolume},
})

// DeleteVolume wants a volume gone that nothing has used since a moment, and that the case announced and made a snapshot of.
type DeleteVolume struct {
	Volume event.Resource
	Case   string
	Unused time.Time // since when: a snapshot from before is not of what the volume holds
}

// About is the action as data.
func (d DeleteVolume) About() About {
	return About{Kind: deleteVolumeKind, Target: d.Volume, Hits: "volume " + d.Volume.ID + ", which a snapshot gives back under another id"}
}

// Look refuses whatever makes the deletion other than announced: a volume that is used, changed or no longer tagged, or that the snapshot
// of the case does not hold whole. The way back makes a volume like it.
func (d DeleteVolume) Look(ctx context.Context, r access.Reads) (Look, error) {
	v, err := LookVolume(ctx, r, d.Volume)
	switch {
	case err != nil:
		return Look{}, err
	case v == nil:
		return Look{Satisfied: true}, nil
	}
	if refused := d.kept(v); refused != "" {
		return Look{Refused: refused}, nil
	}
	s, err := LookKeptSnapshot(ctx, r, d.Volume, d.Case)
	if err != nil {
		return Look{}, err
	}
	if s != nil && s.State == types.SnapshotStatePending {
		return Look{Under: underWay(s)}, nil
	}
	if refused := d.unlike(v, s); refused != "" {
		return Look{Refused: refused}, nil
	}
	return Look{Inverse: restoring(d.Volume, d.Case, v, s)}, nil
}

// kept says what keeps the volume from being deleted, "" for nothing.
func (d DeleteVolume) kept(v *types.Volume) string {
	switch {
	case len(v.Attachments) > 0:
		return "it is attached to instance " + aws.ToString(v.Attachments[0].InstanceId)
	case v.State != types.VolumeStateAvailable:
		return "its state is " + string(v.State)
	case v.Operator != nil && aws.ToBool(v.Operator.Managed):
		return "a service of AWS manages it: " + aws.ToString(v.Operator.Principal)
	}
	return announcedBy(tagMap(v.Tags), d.Case)
}

// unlike says why the snapshot does not keep what the volume is, "" where it does.
func (d DeleteVolume) unlike(v *types.Volume, s *types.Snapshot) string {
	switch {
	case s == nil:
		return "there is no snapshot of it that this case had made"
	case s.State != types.SnapshotStateCompleted:
		return fmt.Sprintf("snapshot %s is in state %s", aws.ToString(s.SnapshotId), s.State)
	case s.StartTime == nil || s.StartTime.Before(d.Unused):
		return "the snapshot is older than the last use of the volume"
	case v.Size == nil || s.VolumeSize == nil || *v.Size != *s.VolumeSize:
		return fmt.Sprintf("the snapshot is of %d GiB, the volume has %d", aws.ToInt32(s.VolumeSize), aws.ToInt32(v.Size))
	case aws.ToBool(v.Encrypted) != aws.ToBool(s.Encrypted) || aws.ToString(v.KmsKeyId) != aws.ToString(s.KmsKeyId):
		return "the snapshot is not encrypted as the volume is"
	}
	return ""
}

// Do deletes it. EC2 refuses where it is attached meanwhile, and the role's policy where its tag is gone.
func (d DeleteVolume) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(d.Volume.Place()).DeleteVolume(ctx, &ec2.DeleteVolumeInput{VolumeId: aws.String(d.Volume.ID)})
	return Refused(fmt.Sprintf("delete volume %q", d.Volume.ID), err)
}
