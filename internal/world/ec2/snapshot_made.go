package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

const completes core.Happening = "a snapshot is completed"

// copying is how long a snapshot takes to be completed. On AWS it depends on how much was written.
const copying = transition

func snapshotResource() core.Resource {
	return core.Resource{Shelf: &snapshots, Operations: []core.Operation{
		core.List[ec2.DescribeSnapshotsInput, ec2.DescribeSnapshotsOutput](&snapshots, core.Listing{IDs: "SnapshotIds", All: "OwnerIds", Basis: "of the account's own alone"}, core.AsIs),
		core.Define(core.Spec[ec2.CreateSnapshotInput, ec2.CreateSnapshotOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "Description TagSpecifications VolumeId", Answer: core.Found(&volumes, "VolumeId", createSnapshot),
			Needs: func(c *core.Call, in *ec2.CreateSnapshotInput) []core.Need {
				all := aws.String("*")
				return append(making(c, publicARN(c.At, "snapshot", all), in.TagSpecifications), c.On(c.ARN("ec2", "volume/"+aws.ToString(in.VolumeId)))...)
			},
		}),
		core.Define(core.Spec[ec2.DeleteSnapshotInput, ec2.DeleteSnapshotOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "SnapshotId", Response: returned[ec2.DeleteSnapshotOutput],
			Needs: func(c *core.Call, in *ec2.DeleteSnapshotInput) []core.Need {
				return onTagged(c, "snapshot/", in.SnapshotId)
			},
			Answer: core.Found(&snapshots, "SnapshotId", deleteSnapshot),
		}),
	}, On: map[core.Happening]func(core.At, string){
		completes: func(at core.At, id string) {
			if s, ok := snapshots.Of(at)[id]; ok && s.State == types.SnapshotStatePending {
				s.State, s.Progress, s.CompletionTime = types.SnapshotStateCompleted, aws.String("100%"), aws.Time(at.Now)
			}
		},
	}}
}

func createSnapshot(c *core.Call, in *ec2.CreateSnapshotInput, v *types.Volume) (*ec2.CreateSnapshotOutput, *core.Refusal) {
	tags, refused := tagsGiven(c, in.TagSpecifications)
	if refused != nil {
		return nil, refused
	}
	s := types.Snapshot{
		SnapshotId: aws.String(c.ResourceID("snap")), VolumeId: v.VolumeId, VolumeSize: v.Size, Encrypted: v.Encrypted, KmsKeyId: v.KmsKeyId, Description: in.Description,
		OwnerId: aws.String(c.Place.Account), StartTime: aws.Time(c.Now), State: types.SnapshotStatePending, Progress: aws.String("0%"), StorageTier: types.StorageTierStandard, Tags: tags,
	}
	c.After(copying, completes, *s.SnapshotId)
	return answeredBy[ec2.CreateSnapshotOutput](snapshots.Put(c.At, &s)), nil
}
