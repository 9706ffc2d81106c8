package inventory

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Addresses are Elastic IP addresses, all at once: DescribeAddresses knows no pages.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html
func Addresses() Type[types.Address] {
	return Type[types.Address]{
		Kind: event.Address, Reads: []call.ID{call.EC2DescribeAddresses},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.Address, error] {
			return func(yield func([]types.Address, error) bool) {
				out, err := r.EC2(at).DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
				if err != nil {
					yield(nil, fmt.Errorf("list addresses: %w", err))
					return
				}
				yield(out.Addresses, nil)
			}
		},
		ID:   func(a types.Address) string { return id(a.AllocationId) },
		Tags: func(a types.Address) map[string]string { return ec2Tags(a.Tags) },
		Names: func(at event.Place, a types.Address) (all []names.Entry) {
			return has(at.In(event.Address, id(a.AllocationId)), names.Parse(id(a.PublicIp), ""))
		},
	}
}
