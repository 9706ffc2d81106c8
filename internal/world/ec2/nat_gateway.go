package ec2

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// natGateways are ways out that many instances share.
var natGateways = core.Shelf[types.NatGateway]{
	Kind: "ec2.nat-gateway", ID: "NatGatewayId", Missing: core.Missing("NatGatewayNotFound", "The nat-gateway ID '%s' does not exist"),
	Filters: map[string]string{"vpc-id": "VpcId"},
}

func natGatewayResource() core.Resource {
	return core.Resource{Shelf: &natGateways, Operations: []core.Operation{
		core.List[ec2.DescribeNatGatewaysInput, ec2.DescribeNatGatewaysOutput](&natGateways, core.Listing{IDs: "NatGatewayIds"}, core.AsIs),
	}}
}
