package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteSnapshotKind deletes what the Recycle Bin keeps for a while.
var deleteSnapshotKind = Define[DeleteSnapshot](Kind{
	Name: "ec2.delete-snapshot", Version: 1, Does: "delete a snapshot that a rule of the Recycle Bin keeps for some days", Class: Destroy, Tier: TierDestroy,
	WayBack: recoverSnapshotKind.Name,
	Reads:   []call.ID{call.EC2DescribeSnapshots, call.RecycleBinListRules, call.RecycleBinGetRule},
	Writes:  []call.ID{call.EC2DeleteSnapshot},
})

// recoverSnapshotKind takes a snapshot out of the Recycle Bin, under its id and with its tags.
// https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-working-with-snaps.html
var recoverSnapshotKind = Define[RecoverSnapshot](Kind{
	Name: "ec2.recover-snapshot", Version: 1, Does: "take a snapshot out of the Recycle Bin", Class: Mend, Tier: TierMend,
	Final:  "a snapshot that was given back stays",
	Reads:  []call.ID{call.EC2DescribeSnapshots, call.EC2ListSnapshotsInRecycleBin},
	Writes: []call.ID{call.EC2RestoreSnapshotFromRecycleBin},
})

// DeleteSnapshot wants a snapshot in the Recycle Bin that the case announced.
type DeleteSnapshot struct {
	Snapshot event.Resource
	Case     string
	Days     int // for which a rule is to keep it at least
}

// RecoverSnapshot wants a snapshot out of the Recycle Bin.
type RecoverSnapshot struct{ Snapshot event.Resource }

// About is the action as data.
func (d DeleteSnapshot) About() About {
	return About{Kind: deleteSnapshotKind, Target: d.Snapshot, Hits: fmt.Sprintf("snapshot %s, which the Recycle Bin keeps for %d days at least", d.Snapshot.ID, d.Days)}
}

// Look refuses whatever makes the deletion other than announced: a snapshot that no rule keeps for so long by now, that is a way back of riposte's,
// or that is no longer tagged.
func (d DeleteSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	s, err := LookSnapshot(ctx, r, d.Snapshot)
	switch {
	case err != nil:
		return Look{}, err
	case s == nil:
		return Look{Satisfied: true}, nil
	case s.State != types.SnapshotStateCompleted:
		return Look{Refused: "its state is " + string(s.State)}, nil
	}
	tags := tagMap(s.Tags)
	if until, has := tags[KeepUntilTag]; has {
		return Look{Refused: "it is a way back of riposte's, kept until " + until}, nil
	}
	if refused := announcedBy(tags, d.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	days, err := KeptInBin(ctx, r, d.Snapshot.Place(), tags)
	if err != nil {
		return Look{}, err
	}
	if days < max(d.Days, 1) {
		return Look{Refused: fmt.Sprintf("rules of the Recycle Bin keep it for %d days, and it takes %d", days, max(d.Days, 1))}, nil
	}
	return Look{Inverse: RecoverSnapshot{d.Snapshot}}, nil
}

// Do deletes it. EC2 refuses where an image uses it or it is locked, and the role's policy where its tags are gone or say that it is kept.
func (d DeleteSnapshot) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(d.Snapshot.Place()).DeleteSnapshot(ctx, &ec2.DeleteSnapshotInput{SnapshotId: aws.String(d.Snapshot.ID)})
	return Refused(fmt.Sprintf("delete snapshot %q", d.Snapshot.ID), err)
}

// About is the action as data.
func (s RecoverSnapshot) About() About {
	return About{Kind: recoverSnapshotKind, Target: s.Snapshot, Hits: "snapshot " + s.Snapshot.ID}
}

// Look asks whether it is there, and else whether the Recycle Bin still has it.
func (s RecoverSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, err := LookSnapshot(ctx, r, s.Snapshot)
	if err != nil || found != nil {
		return Look{Satisfied: true}.unless(err)
	}
	out, err := r.EC2(s.Snapshot.Place()).ListSnapshotsInRecycleBin(ctx, &ec2.ListSnapshotsInRecycleBinInput{SnapshotIds: []string{s.Snapshot.ID}})
	if err != nil && !Missing(err) {
		return Look{}, fmt.Errorf("look for snapshot %q in the Recycle Bin: %w", s.Snapshot.ID, err)
	}
	if Missing(err) || len(out.Snapshots) == 0 {
		return Look{Missing: "the Recycle Bin has it no longer"}, nil
	}
	return Look{}, nil
}

// Do takes it out. Of one that is in it no longer, the next look tells whether it was given back or is gone.
func (s RecoverSnapshot) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(s.Snapshot.Place()).RestoreSnapshotFromRecycleBin(ctx, &ec2.RestoreSnapshotFromRecycleBinInput{SnapshotId: aws.String(s.Snapshot.ID)})
	return Refused(fmt.Sprintf("take snapshot %q out of the Recycle Bin", s.Snapshot.ID), err)
}
