package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// vpcEndpoints are private ways to AWS's services.
var vpcEndpoints = core.Shelf[types.VpcEndpoint]{
	Kind: "ec2.vpc-endpoint", ID: "VpcEndpointId", Missing: core.Missing("InvalidVpcEndpointId.NotFound", "The vpc-endpoint ID '%s' does not exist"),
	Filters: map[string]string{"vpc-id": "VpcId"},
}

// NetworkOf is the network of an endpoint, of whichever account and region; "" where there is none.
func NetworkOf(s *core.State, endpoint string) string {
	for _, at := range s.Places() {
		if e, ok := vpcEndpoints.Of(at)[endpoint]; ok {
			return aws.ToString(e.VpcId)
		}
	}
	return ""
}

// endpointServices are what the account offers to others through its network and gateway balancers.
var endpointServices = core.Shelf[types.ServiceConfiguration]{
	Kind: "ec2.endpoint-service", ID: "ServiceId", Missing: core.Missing("InvalidVpcEndpointServiceId.NotFound", "The VpcEndpointService Id '%s' does not exist"),
}

func endpointServiceResource() core.Resource {
	return core.Resource{Shelf: &endpointServices, Operations: []core.Operation{
		core.List[ec2.DescribeVpcEndpointServiceConfigurationsInput, ec2.DescribeVpcEndpointServiceConfigurationsOutput](&endpointServices, core.Listing{IDs: "ServiceIds"}, core.AsIs),
	}}
}

func vpcEndpointResource() core.Resource {
	return core.Resource{Shelf: &vpcEndpoints, Operations: []core.Operation{
		core.List[ec2.DescribeVpcEndpointsInput, ec2.DescribeVpcEndpointsOutput](&vpcEndpoints, core.Listing{IDs: "VpcEndpointIds"}, core.AsIs),
	}}
}
