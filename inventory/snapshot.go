package inventory

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Snapshots are the account's own EBS snapshots, 1,000 a page, the most that DescribeSnapshots gives: others' are shared with it, and
// not its to delete. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
func Snapshots() Type[types.Snapshot] {
	return Type[types.Snapshot]{
		Kind: event.Snapshot, Reads: []call.ID{call.EC2DescribeSnapshots},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Snapshot, error] {
			return pages(ctx, "snapshots", ec2.NewDescribeSnapshotsPaginator(r.EC2(at), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, MaxResults: aws.Int32(1000)}),
				func(out *ec2.DescribeSnapshotsOutput) []types.Snapshot { return out.Snapshots })
		},
		ID:   func(s types.Snapshot) string { return id(s.SnapshotId) },
		Tags: func(s types.Snapshot) map[string]string { return ec2Tags(s.Tags) },
	}
}
