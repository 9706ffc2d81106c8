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

// SecurityGroups are those of VPCs, with their rules, 1,000 a page. Each region has a default one, used or not.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
func SecurityGroups() Type[types.SecurityGroup] {
	return Type[types.SecurityGroup]{
		Kind: event.SecurityGroup, Reads: []call.ID{call.EC2DescribeSecurityGroups}, Everywhere: true,
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]types.SecurityGroup, error] {
			return pages(ctx, "security groups", ec2.NewDescribeSecurityGroupsPaginator(r.EC2(at), &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(1000)}),
				func(out *ec2.DescribeSecurityGroupsOutput) []types.SecurityGroup { return out.SecurityGroups })
		},
		ID:   func(g types.SecurityGroup) string { return id(g.GroupId) },
		Tags: func(g types.SecurityGroup) map[string]string { return ec2Tags(g.Tags) },
	}
}
