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

// DBInstances are databases of RDS, members of clusters among them, 100 a page, the most that DescribeDBInstances gives.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
func DBInstances() Type[types.DBInstance] {
	return Type[types.DBInstance]{
		Kind: event.DBInstance, Reads: []call.ID{call.RDSDescribeDBInstances},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.DBInstance, error] {
			return pages(ctx, "databases", rds.NewDescribeDBInstancesPaginator(r.RDS(at), &rds.DescribeDBInstancesInput{MaxRecords: aws.Int32(100)}),
				func(out *rds.DescribeDBInstancesOutput) []types.DBInstance { return out.DBInstances })
		},
		ID:   func(db types.DBInstance) string { return id(db.DBInstanceIdentifier) },
		Tags: func(db types.DBInstance) map[string]string { return rdsTags(db.TagList) },
	}
}

func rdsTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}
