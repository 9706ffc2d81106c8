package action

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// restoreVolumeKind gives back what was deleted.
var restoreVolumeKind = Define[RestoreVolume](Kind{
	Name: "ec2.restore-volume", Version: 1, Does: "make a volume like the one that was deleted, of its snapshot", Class: Mend, Tier: TierMend,
	Final:  "a volume that was given back stays",
	Reads:  []call.ID{call.EC2DescribeVolumes, call.EC2DescribeSnapshots},
	Writes: []call.ID{call.EC2CreateVolume, call.EC2CreateTags},
})

// RestoreVolume wants a volume that was deleted to be there again: of the same zone, type, size, speed, key and tags. It has another id,
// and says in its tag riposte:of which one it stands for.
type RestoreVolume struct {
	Volume    event.Resource // that there was
	Case      string
	Snapshot  string
	Zone      string
	Type      string
	Size      int32 // GiB
	IOPS      int32 // 0: none were bought, the type has its own
	MiBps     int32 // of gp3; 0: as IOPS
	Encrypted bool
	Key       string
	Shared    bool  // several instances may attach it at once
	Tags      []Tag // the owner's; riposte's own, and those of AWS, are left out
}

func restoring(volume event.Resource, caseID string, v *types.Volume, s *types.Snapshot) RestoreVolume {
	back := RestoreVolume{
		Volume: volume, Case: caseID, Snapshot: aws.ToString(s.SnapshotId), Zone: aws.ToString(v.AvailabilityZone), Type: string(v.VolumeType), Size: aws.ToInt32(v.Size),
		MiBps: aws.ToInt32(v.Throughput), Encrypted: aws.ToBool(v.Encrypted), Key: aws.ToString(v.KmsKeyId), Shared: aws.ToBool(v.MultiAttachEnabled), Tags: ownersTags(v.Tags),
	}
	// EC2 shows the speed of every type, and takes it only where it is bought: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
	switch v.VolumeType {
	case types.VolumeTypeGp3, types.VolumeTypeIo1, types.VolumeTypeIo2:
		back.IOPS = aws.ToInt32(v.Iops)
	}
	return back
}

// ownersTags are the tags that a resource gets again when it comes back. No caller may write those of AWS.
func ownersTags(tags []types.Tag) []Tag { return ownersOf(tagMap(tags)) }

func ownersOf(has map[string]string) (out []Tag) {
	for _, k := range slices.Sorted(maps.Keys(has)) {
		if lower := strings.ToLower(k); !strings.HasPrefix(lower, "aws:") && !strings.HasPrefix(lower, TagPrefix) {
			out = append(out, Tag{k, has[k]})
		}
	}
	return out
}

// About is the action as data.
func (b RestoreVolume) About() About {
	place := b.Volume.Place()
	return About{Kind: restoreVolumeKind, Target: b.Volume, Hits: "a volume in place of " + b.Volume.ID, Concerns: []event.Resource{place.In(event.Snapshot, b.Snapshot)}}
}

// Look finds the volume that was, or the one that stands for it.
func (b RestoreVolume) Look(ctx context.Context, r access.Reads) (Look, error) {
	if v, err := LookVolume(ctx, r, b.Volume); v != nil || err != nil {
		return Look{Satisfied: true}.unless(err)
	}
	out, err := r.EC2(b.Volume.Place()).DescribeVolumes(ctx, &ec2.DescribeVolumesInput{Filters: []types.Filter{{Name: aws.String("snapshot-id"), Values: []string{b.Snapshot}}}})
	if err != nil {
		return Look{}, fmt.Errorf("read the volumes of snapshot %q: %w", b.Snapshot, err)
	}
	for _, v := range out.Volumes { // of one snapshot: they come at once
		if tagMap(v.Tags)[OfTag] == b.Volume.ID && v.State != types.VolumeStateError && v.State != types.VolumeStateDeleting {
			return Look{Satisfied: true}, nil
		}
	}
	_, err = r.EC2(b.Volume.Place()).DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{b.Snapshot}})
	switch {
	case Missing(err):
		return Look{Missing: "snapshot " + b.Snapshot + ", of which it could be made, is deleted"}, nil
	case err != nil:
		return Look{}, fmt.Errorf("read snapshot %q: %w", b.Snapshot, err)
	}
	return Look{}, nil
}

// Do makes it: one, however often it is asked for.
func (b RestoreVolume) Do(ctx context.Context, w access.Writes) error {
	in := &ec2.CreateVolumeInput{
		ClientToken: aws.String(onceFor(b.Case, b.Volume.ID)), SnapshotId: aws.String(b.Snapshot), AvailabilityZone: aws.String(b.Zone), VolumeType: types.VolumeType(b.Type),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeVolume, Tags: ec2Tags(append(slices.Clip(b.Tags), Tag{OfTag, b.Volume.ID}))}},
	}
	if b.Size > 0 {
		in.Size = aws.Int32(b.Size)
	}
	if b.IOPS > 0 {
		in.Iops = aws.Int32(b.IOPS)
	}
	if b.MiBps > 0 {
		in.Throughput = aws.Int32(b.MiBps)
	}
	if b.Shared {
		in.MultiAttachEnabled = aws.Bool(true)
	}
	if b.Encrypted { // the snapshot has the key
		in.Encrypted = aws.Bool(true)
	}
	if b.Key != "" {
		in.KmsKeyId = aws.String(b.Key)
	}
	_, err := w.EC2(b.Volume.Place()).CreateVolume(ctx, in)
	return Refused(fmt.Sprintf("make a volume of snapshot %q in place of %q", b.Snapshot, b.Volume.ID), err)
}

// onceFor is a client token: the same for what is wanted once.
func onceFor(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "riposte-" + hex.EncodeToString(h[:])[:40]
}
