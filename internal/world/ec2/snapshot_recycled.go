package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/rbin"
)

// recycled are deleted snapshots that a rule of the Recycle Bin keeps; locks are what keeps some from being deleted, and fast which zones one is
// ready in at once.
var (
	recycled = core.Shelf[types.Snapshot]{Kind: "ec2.recycled-snapshot", ID: "SnapshotId", Missing: snapshots.Missing}
	locks    = core.Shelf[types.LockedSnapshotsInfo]{Kind: "ec2.snapshot-lock", ID: "SnapshotId", Missing: snapshots.Missing}
	fast     = core.Shelf[types.DescribeFastSnapshotRestoreSuccessItem]{
		Kind: "ec2.fast-snapshot-restore", ID: "SnapshotId", Missing: snapshots.Missing, Filters: map[string]string{"snapshot-id": "SnapshotId", "state": "State"},
	}
)

const expires core.Happening = "the Recycle Bin has kept a snapshot for long enough"

func recycledResource() core.Resource {
	return core.Resource{Shelf: &recycled, Operations: []core.Operation{
		core.Define(core.Spec[ec2.ListSnapshotsInRecycleBinInput, ec2.ListSnapshotsInRecycleBinOutput]{
			Basis: "ids that are not there: unverified", Knows: "SnapshotIds", Answer: listRecycled,
		}),
		core.Define(core.Spec[ec2.RestoreSnapshotFromRecycleBinInput, ec2.RestoreSnapshotFromRecycleBinOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "SnapshotId",
			Needs: func(c *core.Call, in *ec2.RestoreSnapshotFromRecycleBinInput) []core.Need {
				return c.On(publicARN(c.At, "snapshot", in.SnapshotId))
			},
			Answer: core.Found(&recycled, "SnapshotId", restoreRecycled),
		}),
	}, On: map[core.Happening]func(core.At, string){
		expires: func(at core.At, id string) { delete(recycled.Of(at), id) },
	}}
}

func lockResource() core.Resource {
	return core.Resource{Shelf: &locks, Operations: []core.Operation{
		core.List[ec2.DescribeLockedSnapshotsInput, ec2.DescribeLockedSnapshotsOutput](&locks, core.Listing{IDs: "SnapshotIds", Lenient: true}, core.AsIs),
	}}
}

func fastRestoreResource() core.Resource {
	return core.Resource{Shelf: &fast, Operations: []core.Operation{
		core.List[ec2.DescribeFastSnapshotRestoresInput, ec2.DescribeFastSnapshotRestoresOutput](&fast, core.Listing{}, core.AsIs),
	}}
}

func listRecycled(c *core.Call, in *ec2.ListSnapshotsInRecycleBinInput) (*ec2.ListSnapshotsInRecycleBinOutput, *core.Refusal) {
	out := &ec2.ListSnapshotsInRecycleBinOutput{}
	for _, s := range recycled.Sorted(c.At) {
		if len(in.SnapshotIds) == 0 || *s.SnapshotId == in.SnapshotIds[0] {
			out.Snapshots = append(out.Snapshots, types.SnapshotRecycleBinInfo{SnapshotId: s.SnapshotId, VolumeId: s.VolumeId, Description: s.Description})
		}
	}
	return out, nil
}

// restoreRecycled gives a snapshot back as it was: its id, its tags.
func restoreRecycled(c *core.Call, _ *ec2.RestoreSnapshotFromRecycleBinInput, s *types.Snapshot) (*ec2.RestoreSnapshotFromRecycleBinOutput, *core.Refusal) {
	snapshots.Put(c.At, s)
	delete(recycled.Of(c.At), *s.SnapshotId)
	c.Forget(*s.SnapshotId)
	return answeredBy[ec2.RestoreSnapshotFromRecycleBinOutput](s), nil
}

// deleteSnapshot puts it into the Recycle Bin where a rule covers it, and deletes it for good where none does.
func deleteSnapshot(c *core.Call, _ *ec2.DeleteSnapshotInput, s *types.Snapshot) (*ec2.DeleteSnapshotOutput, *core.Refusal) {
	for _, i := range images.Sorted(c.At) {
		for _, d := range i.Disks {
			if !i.Deregistered && d.Ebs != nil && aws.ToString(d.Ebs.SnapshotId) == *s.SnapshotId {
				return nil, core.Refuse("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s", *s.SnapshotId, i.ID)
			}
		}
	}
	if locks.Of(c.At)[*s.SnapshotId] != nil {
		return nil, core.Refuse("OperationNotPermitted", "The snapshot %s is locked", *s.SnapshotId)
	}
	tags := map[string]string{}
	for _, t := range s.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	if days := rbin.Days(c.At, tags); days > 0 {
		recycled.Put(c.At, s)
		c.After(time.Duration(days)*24*time.Hour, expires, *s.SnapshotId)
	}
	delete(snapshots.Of(c.At), *s.SnapshotId)
	return &ec2.DeleteSnapshotOutput{}, nil
}
