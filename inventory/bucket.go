package inventory

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Buckets are S3 buckets of a region, by name. S3 shows no tags with them.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
func Buckets() Type[types.Bucket] {
	return Type[types.Bucket]{
		Kind: event.Bucket, Reads: []call.ID{call.S3ListAllMyBuckets},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Bucket, error] {
			return pages(ctx, "buckets", s3.NewListBucketsPaginator(r.S3(at), &s3.ListBucketsInput{BucketRegion: aws.String(at.Region)}),
				func(out *s3.ListBucketsOutput) (here []types.Bucket) {
					for _, b := range out.Buckets {
						if region := aws.ToString(b.BucketRegion); region == "" || region == at.Region {
							here = append(here, b)
						}
					}
					return here
				})
		},
		ID: func(b types.Bucket) string { return id(b.Name) },
		Names: func(at event.Place, b types.Bucket) []names.Entry {
			return []names.Entry{{Key: names.Key{Partition: at.Partition, Service: names.S3, ID: id(b.Name)}, Resource: at.In(event.Bucket, id(b.Name))}}
		},
	}
}
