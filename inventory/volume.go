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

// Volumes are EBS volumes, 500 a page, the most that DescribeVolumes gives.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
func Volumes() Type[types.Volume] {
	return Type[types.Volume]{
		Kind: event.Volume, Reads: []call.ID{call.EC2DescribeVolumes},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Volume, error] {
			return pages(ctx, "volumes", ec2.NewDescribeVolumesPaginator(r.EC2(at), &ec2.DescribeVolumesInput{MaxResults: aws.Int32(500)}),
				func(out *ec2.DescribeVolumesOutput) []types.Volume { return out.Volumes })
		},
		ID:   func(v types.Volume) string { return id(v.VolumeId) },
		Tags: func(v types.Volume) map[string]string { return ec2Tags(v.Tags) },
	}
}
