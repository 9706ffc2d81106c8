package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// unshareSnapshotKind takes back what a snapshot gives away. A copy that was made meanwhile stays with who made it.
var unshareSnapshotKind = Define[UnshareSnapshot](Kind{
	Name: "ec2.unshare-snapshot", Version: 1, Does: "end the sharing of a disk's snapshot with accounts, or with everybody", Class: Contain, Tier: TierContain,
	Reads:    []call.ID{call.EC2DescribeSnapshotAttribute},
	Writes:   []call.ID{call.EC2ModifySnapshotAttribute},
	UndoneBy: []call.ID{call.EC2ModifySnapshotAttribute},
})

// shareSnapshotKind gives the shares back. It is in the author tier: who may share can carry every disk away.
var shareSnapshotKind = Define[ShareSnapshot](Kind{
	Name: "ec2.share-snapshot", Version: 1, Does: "share a disk's snapshot again", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.EC2DescribeSnapshotAttribute},
	Writes:   []call.ID{call.EC2ModifySnapshotAttribute},
	UndoneBy: []call.ID{call.EC2ModifySnapshotAttribute},
})

// Everybody stands for all accounts among those that a snapshot is shared with, as EC2 calls them.
const Everybody = string(types.PermissionGroupAll)

// UnshareSnapshot wants a snapshot not to be shared with some accounts, or Everybody; other shares stay.
type UnshareSnapshot struct {
	Snapshot event.Resource
	With     []string
}

// ShareSnapshot wants a snapshot to be shared with some accounts, or Everybody.
type ShareSnapshot struct {
	Snapshot event.Resource
	With     []string
}

// About is the action as data.
func (u UnshareSnapshot) About() About {
	return About{
		Kind: unshareSnapshotKind, Target: u.Snapshot,
		Parts: u.With,
		Hits:  fmt.Sprintf("the sharing of snapshot %s with %s", u.Snapshot.ID, strings.Join(u.With, ", ")), // accounts may live by the shares
	}
}
func (u UnshareSnapshot) only(with []string) Action { return UnshareSnapshot{u.Snapshot, with} }

// Look reads the snapshot's shares. The way back are those of them that are there.
func (u UnshareSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	shares, err := SharesOf(ctx, r, u.Snapshot)
	return lookAtShares(shares, err, func(there bool) bool { return there }, u.With, func(with []string) Action { return ShareSnapshot{u.Snapshot, with} })
}

// Do takes them away, and nothing else.
func (u UnshareSnapshot) Do(ctx context.Context, w access.Writes) error {
	return changeShares(ctx, w, u.Snapshot, types.OperationTypeRemove, u.With)
}

// About is the action as data.
func (s ShareSnapshot) About() About {
	return About{Kind: shareSnapshotKind, Target: s.Snapshot, Parts: s.With}
}
func (s ShareSnapshot) only(with []string) Action { return ShareSnapshot{s.Snapshot, with} }

// Look compares with the snapshot's shares.
func (s ShareSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	shares, err := SharesOf(ctx, r, s.Snapshot)
	return lookAtShares(shares, err, func(there bool) bool { return !there }, s.With, func(with []string) Action { return UnshareSnapshot{s.Snapshot, with} })
}

// Do adds them again.
func (s ShareSnapshot) Do(ctx context.Context, w access.Writes) error {
	return changeShares(ctx, w, s.Snapshot, types.OperationTypeAdd, s.With)
}

// lookAtShares is satisfied where no share is to change. The way back is of those that are: the ones that wrong says are as they
// must not be. Shares are nil where the snapshot is gone.
func lookAtShares(shares []string, err error, wrong func(there bool) bool, with []string, back func([]string) Action) (Look, error) {
	if err != nil || shares == nil {
		return Look{Missing: "the snapshot is deleted"}.unless(err)
	}
	change := slices.DeleteFunc(slices.Clone(with), func(w string) bool { return !wrong(slices.Contains(shares, w)) })
	if len(change) == 0 {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: back(change)}, nil
}

// SharesOf returns the accounts that a snapshot is shared with, and Everybody; nil where AWS says that there is none of that id.
func SharesOf(ctx context.Context, r access.Reads, snapshot event.Resource) ([]string, error) {
	out, err := r.EC2(snapshot.Place()).DescribeSnapshotAttribute(ctx, &ec2.DescribeSnapshotAttributeInput{
		SnapshotId: aws.String(snapshot.ID), Attribute: types.SnapshotAttributeNameCreateVolumePermission,
	})
	if access.Answered(err, "InvalidSnapshot.NotFound", "InvalidSnapshotID.Malformed") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read whom snapshot %q is shared with: %w", snapshot.ID, err)
	}
	shares := []string{}
	for _, p := range out.CreateVolumePermissions {
		shares = append(shares, string(p.Group)+aws.ToString(p.UserId)) // a permission has one of them
	}
	return shares, nil
}

// changeShares makes one call for each 500 of them, which is EC2's limit.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
func changeShares(ctx context.Context, w access.Writes, snapshot event.Resource, how types.OperationType, with []string) error {
	for some := range slices.Chunk(with, 500) {
		in := &ec2.ModifySnapshotAttributeInput{
			SnapshotId: aws.String(snapshot.ID), Attribute: types.SnapshotAttributeNameCreateVolumePermission, OperationType: how,
		}
		for _, one := range some {
			if one == Everybody {
				in.GroupNames = append(in.GroupNames, one)
			} else {
				in.UserIds = append(in.UserIds, one)
			}
		}
		if _, err := w.EC2(snapshot.Place()).ModifySnapshotAttribute(ctx, in); err != nil {
			return Refused(fmt.Sprintf("%s shares of snapshot %q", how, snapshot.ID), err)
		}
	}
	return nil
}
