package redshift

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func snapshotResource() core.Resource {
	return core.Resource{Shelf: &snapshots, Operations: []core.Operation{
		core.Define(core.Spec[redshift.DescribeClusterSnapshotsInput, redshift.DescribeClusterSnapshotsOutput]{
			Basis: "all snapshots of a cluster in one page", Knows: "SnapshotIdentifier ClusterIdentifier Marker MaxRecords",
			Answer: func(c *core.Call, in *redshift.DescribeClusterSnapshotsInput) (*redshift.DescribeClusterSnapshotsOutput, *core.Refusal) {
				page, next, refused := described(c.At, &snapshots, in.SnapshotIdentifier, in.Marker, in.MaxRecords)
				if in.ClusterIdentifier != nil {
					page = slices.DeleteFunc(page, func(s types.Snapshot) bool { return aws.ToString(s.ClusterIdentifier) != *in.ClusterIdentifier })
				}
				return &redshift.DescribeClusterSnapshotsOutput{Snapshots: page, Marker: next}, refused
			},
		}),
	}}
}

func shareResource() core.Resource {
	return core.Resource{Shelf: &shares, Operations: []core.Operation{
		core.Define(core.Spec[redshift.DescribeDataSharesForProducerInput, redshift.DescribeDataSharesForProducerOutput]{
			Basis: "in one page", Knows: "ProducerArn Marker MaxRecords",
			Answer: func(c *core.Call, in *redshift.DescribeDataSharesForProducerInput) (*redshift.DescribeDataSharesForProducerOutput, *core.Refusal) {
				out := &redshift.DescribeDataSharesForProducerOutput{}
				for _, s := range shares.Sorted(c.At) {
					if in.ProducerArn == nil || aws.ToString(s.ProducerArn) == *in.ProducerArn {
						out.DataShares = append(out.DataShares, *s)
					}
				}
				return out, nil
			},
		}),
	}}
}
