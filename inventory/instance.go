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

// Instances are EC2 instances, those that ended within the hour included, 1,000 a page, the most that DescribeInstances gives.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
func Instances() Type[types.Instance] {
	return Type[types.Instance]{
		Kind: event.Instance, Reads: []call.ID{call.EC2DescribeInstances},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Instance, error] {
			return pages(ctx, "instances", ec2.NewDescribeInstancesPaginator(r.EC2(at), &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000)}),
				func(out *ec2.DescribeInstancesOutput) (all []types.Instance) {
					for _, reservation := range out.Reservations {
						all = append(all, reservation.Instances...)
					}
					return all
				})
		},
		ID:   func(i types.Instance) string { return id(i.InstanceId) },
		Tags: func(i types.Instance) map[string]string { return ec2Tags(i.Tags) },
	}
}
