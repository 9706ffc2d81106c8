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

// snapshotVolumeKind keeps what a volume holds. It takes minutes to hours, in which the step is under way.
var snapshotVolumeKind = Define[SnapshotVolume](Kind{
	Name: "ec2.snapshot-volume", Version: 1, Does: "make a snapshot of a volume, and keep it", Class: Mend, Tier: TierMend,
	Final:  "the snapshot stays until the day that its tag " + KeepUntilTag + " names: it is the way back",
	Reads:  []call.ID{call.EC2DescribeVolumes, call.EC2DescribeSnapshots},
	Writes: []call.ID{call.EC2CreateSnapshot, call.EC2CreateTags},
})

// SnapshotVolume wants a completed snapshot of a volume that was made for the case.
type SnapshotVolume struct {
	Volume event.Resource
	Case   string
	Keep   time.Time // until when the snapshot is kept, which its tag says
}

// About is the action as data.
func (s SnapshotVolume) About() About {
	return About{Kind: snapshotVolumeKind, Target: s.Volume, Facet: s.Case, Hits: "a snapshot of volume " + s.Volume.ID}
}

// Look finds the snapshot of the case.
func (s SnapshotVolume) Look(ctx context.Context, r access.Reads) (Look, error) {
	kept, err := LookKeptSnapshot(ctx, r, s.Volume, s.Case)
	if err != nil {
		return Look{}, err
	}
	if kept == nil {
		v, err := LookVolume(ctx, r, s.Volume)
		if v == nil {
			return Look{Missing: "the volume is deleted"}.unless(err)
		}
		return Look{Refused: announcedBy(tagMap(v.Tags), s.Case)}, nil
	}
	switch kept.State {
	case types.SnapshotStateCompleted:
		return Look{Satisfied: true}, nil
	case types.SnapshotStatePending:
		return Look{Under: underWay(kept)}, nil
	}
	return Look{Refused: fmt.Sprintf("snapshot %s is in state %s", aws.ToString(kept.SnapshotId), kept.State)}, nil
}

func underWay(s *types.Snapshot) string {
	return fmt.Sprintf("snapshot %s is at %s", aws.ToString(s.SnapshotId), aws.ToString(s.Progress))
}

// Do asks for it, with the tags by which it is found again.
func (s SnapshotVolume) Do(ctx context.Context, w access.Writes) error {
	tags := []Tag{{CaseTag, s.Case}, {OfTag, s.Volume.ID}, {KeepUntilTag, s.Keep.UTC().Format(time.DateOnly)}}
	_, err := w.EC2(s.Volume.Place()).CreateSnapshot(ctx, &ec2.CreateSnapshotInput{
		VolumeId: aws.String(s.Volume.ID), Description: aws.String("riposte: kept of volume " + s.Volume.ID + ", case " + s.Case),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSnapshot, Tags: ec2Tags(tags)}},
	})
	return Refused(fmt.Sprintf("make a snapshot of volume %q", s.Volume.ID), err)
}
