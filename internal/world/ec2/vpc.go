package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// vpcs has the one network that every region has.
var vpcs = core.Shelf[types.Vpc]{
	Kind: "ec2.vpc", ID: "VpcId", Missing: core.Missing("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"),
	Born: func(at core.At) []types.Vpc {
		return []types.Vpc{{
			VpcId: aws.String(at.Fixed("vpc", "")), OwnerId: aws.String(at.Place.Account), State: types.VpcStateAvailable, IsDefault: aws.Bool(true),
		}}
	},
	Filters: map[string]string{"vpc-id": "VpcId", "state": "State"},
}

func vpcResource() core.Resource {
	return core.Resource{Shelf: &vpcs, Operations: []core.Operation{core.List[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput](
		&vpcs, core.Listing{IDs: "VpcIds", Basis: "a region has one"}, core.AsIs,
	), core.Define(core.Spec[ec2.DescribeRegionsInput, ec2.DescribeRegionsOutput]{
		Basis: "the regions in which the account has something", Answer: func(c *core.Call, _ *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, *core.Refusal) {
			out := &ec2.DescribeRegionsOutput{}
			for _, at := range c.Places() {
				if at.Place.Account == c.Place.Account {
					out.Regions = append(out.Regions, types.Region{RegionName: aws.String(at.Place.Region), OptInStatus: aws.String("opt-in-not-required")})
				}
			}
			return out, nil
		},
	})}}
}
