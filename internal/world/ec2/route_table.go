package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// routeTables are where traffic goes from subnets.
var routeTables = core.Shelf[types.RouteTable]{
	Kind: "ec2.route-table", ID: "RouteTableId", Missing: core.Missing("InvalidRouteTableID.NotFound", "The route-table ID '%s' does not exist"),
	Filters: map[string]string{"vpc-id": "VpcId"},
}

func routeTableResource() core.Resource {
	return core.Resource{Shelf: &routeTables, Operations: []core.Operation{
		core.List[ec2.DescribeRouteTablesInput, ec2.DescribeRouteTablesOutput](&routeTables, core.Listing{IDs: "RouteTableIds"}, core.AsIs),
	}}
}
