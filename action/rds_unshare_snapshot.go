package action

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// unshareDBSnapshotKind takes back what a database's snapshot gives away. Both ways are in the author tier: RDS has no condition
// that tells adding from taking away, and the contain tier must not be able to carry a database away.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
var unshareDBSnapshotKind = Define[UnshareDBSnapshot](Kind{
	Name: "rds.unshare-snapshot", Version: 1, Does: "end the sharing of a database's snapshot with accounts, or with everybody", Class: Contain, Tier: TierAuthor,
	Reads:    []call.ID{call.RDSDescribeDBSnapshotAttributes},
	Writes:   []call.ID{call.RDSModifyDBSnapshotAttribute},
	UndoneBy: []call.ID{call.RDSModifyDBSnapshotAttribute},
})

// shareDBSnapshotKind gives the shares back.
var shareDBSnapshotKind = Define[ShareDBSnapshot](Kind{
	Name: "rds.share-snapshot", Version: 1, Does: "share a database's snapshot again", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.RDSDescribeDBSnapshotAttributes},
	Writes:   []call.ID{call.RDSModifyDBSnapshotAttribute},
	UndoneBy: []call.ID{call.RDSModifyDBSnapshotAttribute},
})

// UnshareDBSnapshot wants a database's snapshot not to be shared with some accounts, or Everybody; other shares stay.
type UnshareDBSnapshot struct {
	Snapshot event.Resource
	With     []string
}

// ShareDBSnapshot wants a database's snapshot to be shared with some accounts, or Everybody.
type ShareDBSnapshot struct {
	Snapshot event.Resource
	With     []string
}

// About is the action as data.
func (u UnshareDBSnapshot) About() About {
	return About{
		Kind: unshareDBSnapshotKind, Target: u.Snapshot,
		Parts: u.With,
		Hits:  fmt.Sprintf("the sharing of database snapshot %s with %s", u.Snapshot.ID, strings.Join(u.With, ", ")), // accounts may live by the shares
	}
}
func (u UnshareDBSnapshot) only(with []string) Action { return UnshareDBSnapshot{u.Snapshot, with} }

// About is the action as data.
func (s ShareDBSnapshot) About() About {
	return About{Kind: shareDBSnapshotKind, Target: s.Snapshot, Parts: s.With}
}
func (s ShareDBSnapshot) only(with []string) Action { return ShareDBSnapshot{s.Snapshot, with} }

// Look reads the snapshot's shares. The way back are those of them that are there.
func (u UnshareDBSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	shares, err := DBSharesOf(ctx, r, u.Snapshot)
	return lookAtShares(shares, err, func(there bool) bool { return there }, u.With, func(with []string) Action { return ShareDBSnapshot{u.Snapshot, with} })
}

// Do takes them away, and nothing else.
func (u UnshareDBSnapshot) Do(ctx context.Context, w access.Writes) error {
	return changeDBShares(ctx, w, u.Snapshot, nil, u.With)
}

// Look compares with the snapshot's shares.
func (s ShareDBSnapshot) Look(ctx context.Context, r access.Reads) (Look, error) {
	shares, err := DBSharesOf(ctx, r, s.Snapshot)
	return lookAtShares(shares, err, func(there bool) bool { return !there }, s.With, func(with []string) Action { return UnshareDBSnapshot{s.Snapshot, with} })
}

// Do adds them again.
func (s ShareDBSnapshot) Do(ctx context.Context, w access.Writes) error {
	return changeDBShares(ctx, w, s.Snapshot, s.With, nil)
}

// restorers is the attribute that says who may copy and restore a snapshot.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSnapshotAttribute.html
const restorers = "restore"

// DBSharesOf returns the accounts that a database's snapshot is shared with, and Everybody; nil where AWS says that there is none
// of that name.
func DBSharesOf(ctx context.Context, r access.Reads, snapshot event.Resource) ([]string, error) {
	out, err := r.RDS(snapshot.Place()).DescribeDBSnapshotAttributes(ctx, &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: aws.String(snapshot.ID)})
	switch {
	case access.Answered(err, "DBSnapshotNotFound", "DBSnapshotNotFoundFault"):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read whom database snapshot %q is shared with: %w", snapshot.ID, err)
	case out.DBSnapshotAttributesResult == nil:
		return nil, fmt.Errorf("read whom database snapshot %q is shared with: the answer holds no attributes", snapshot.ID)
	}
	shares := []string{}
	for _, a := range out.DBSnapshotAttributesResult.DBSnapshotAttributes {
		if aws.ToString(a.AttributeName) == restorers {
			shares = append(shares, a.AttributeValues...)
		}
	}
	return shares, nil
}

// changeDBShares makes one call: RDS shares a snapshot with 20 accounts at most.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
func changeDBShares(ctx context.Context, w access.Writes, snapshot event.Resource, add, remove []string) error {
	_, err := w.RDS(snapshot.Place()).ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
		DBSnapshotIdentifier: aws.String(snapshot.ID), AttributeName: aws.String(restorers), ValuesToAdd: add, ValuesToRemove: remove,
	})
	if err != nil {
		return Refused(fmt.Sprintf("change shares of database snapshot %q", snapshot.ID), err)
	}
	return nil
}
