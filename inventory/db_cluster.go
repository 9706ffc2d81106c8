package inventory

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// DBClusters are clusters of databases, those of Neptune and DocumentDB among them, 100 a page, the most that DescribeDBClusters gives.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
func DBClusters() Type[types.DBCluster] {
	return Type[types.DBCluster]{
		Kind: event.DBCluster, Reads: []call.ID{call.RDSDescribeDBClusters},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.DBCluster, error] {
			return pages(ctx, "clusters of databases", rds.NewDescribeDBClustersPaginator(r.RDS(at), &rds.DescribeDBClustersInput{MaxRecords: aws.Int32(100)}),
				func(out *rds.DescribeDBClustersOutput) []types.DBCluster { return out.DBClusters })
		},
		ID:   func(c types.DBCluster) string { return id(c.DBClusterIdentifier) },
		Tags: func(c types.DBCluster) map[string]string { return rdsTags(c.TagList) },
	}
}
