package inventory

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Warehouses are provisioned clusters of Redshift, 100 a page, the most that DescribeClusters gives.
// https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusters.html
func Warehouses() Type[types.Cluster] {
	return Type[types.Cluster]{
		Kind: event.Warehouse, Reads: []call.ID{call.RedshiftDescribeClusters},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Cluster, error] {
			return pages(ctx, "warehouses", redshift.NewDescribeClustersPaginator(r.Redshift(at), &redshift.DescribeClustersInput{MaxRecords: aws.Int32(100)}),
				func(out *redshift.DescribeClustersOutput) []types.Cluster { return out.Clusters })
		},
		ID: func(c types.Cluster) string { return id(c.ClusterIdentifier) },
		Tags: func(c types.Cluster) map[string]string {
			all := make(map[string]string, len(c.Tags))
			for _, t := range c.Tags {
				all[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			return all
		},
	}
}
