package elb

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// balancers are application, network and gateway balancers; attributes are theirs, named ID KEY here: "app/web/0a deletion_protection.enabled".
var (
	balancers = core.Shelf[types.LoadBalancer]{Kind: "elb.load-balancer", ID: "LoadBalancerArn", Missing: func(id string) *core.Refusal {
		text := "Load balancer '" + id + "' not found"
		return core.Refuse("LoadBalancerNotFound", "%s", text).With(&types.LoadBalancerNotFoundException{Message: &text})
	}}
	attributes = core.Shelf[types.LoadBalancerAttribute]{Kind: "elb.attribute", ID: "Key"}
)

const protection = "deletion_protection.enabled"

func balancerResource() core.Resource {
	return core.Resource{Shelf: &balancers, Operations: []core.Operation{
		core.List[sdk.DescribeLoadBalancersInput, sdk.DescribeLoadBalancersOutput](&balancers, core.Listing{IDs: "LoadBalancerArns"}, core.AsIs),
		core.Define(core.Spec[sdk.DeleteLoadBalancerInput, sdk.DeleteLoadBalancerOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "LoadBalancerArn", Answer: deleteBalancer,
			Needs: func(c *core.Call, in *sdk.DeleteLoadBalancerInput) []core.Need {
				return onTagged(c, in.LoadBalancerArn)
			},
		}),
	}}
}

func attributeResource() core.Resource {
	return core.Resource{Shelf: &attributes, Operations: []core.Operation{
		core.Define(core.Spec[sdk.DescribeLoadBalancerAttributesInput, sdk.DescribeLoadBalancerAttributesOutput]{
			Basis: "deletion protection alone, unless the estate has more", Knows: "LoadBalancerArn",
			Answer: core.Found(&balancers, "LoadBalancerArn", func(c *core.Call, _ *sdk.DescribeLoadBalancerAttributesInput, b *types.LoadBalancer) (*sdk.DescribeLoadBalancerAttributesOutput, *core.Refusal) {
				return &sdk.DescribeLoadBalancerAttributesOutput{Attributes: attributesOf(c.At, *b.LoadBalancerArn)}, nil
			}),
		}),
	}}
}

func attributesOf(at core.At, arn string) []types.LoadBalancerAttribute {
	all := []types.LoadBalancerAttribute{{Key: aws.String(protection), Value: aws.String("false")}}
	for _, a := range attributes.Sorted(at) {
		of, key, _ := strings.Cut(*a.Key, " ")
		switch {
		case !strings.HasSuffix(arn, ":loadbalancer/"+of):
		case key == protection:
			all[0].Value = a.Value
		default:
			all = append(all, types.LoadBalancerAttribute{Key: &key, Value: a.Value})
		}
	}
	return all
}

// deleteBalancer takes its listeners and rules along. Target groups stay. One that is not there is no error.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
func deleteBalancer(c *core.Call, in *sdk.DeleteLoadBalancerInput) (*sdk.DeleteLoadBalancerOutput, *core.Refusal) {
	arn := aws.ToString(in.LoadBalancerArn)
	if aws.ToString(attributesOf(c.At, arn)[0].Value) == "true" {
		text := "Load balancer '" + arn + "' cannot be deleted because deletion protection is enabled"
		return nil, core.Refuse("OperationNotPermitted", "%s", text).With(&types.OperationNotPermittedException{Message: &text})
	}
	for _, l := range listeners.Sorted(c.At) {
		if aws.ToString(l.LoadBalancerArn) == arn {
			delete(listeners.Of(c.At), *l.ListenerArn)
		}
	}
	for _, r := range rules.Sorted(c.At) {
		if strings.HasPrefix(*r.RuleArn, strings.Replace(arn, ":loadbalancer/", ":listener-rule/", 1)+"/") {
			delete(rules.Of(c.At), *r.RuleArn)
		}
	}
	for _, g := range targetGroups.Sorted(c.At) {
		g.Balancers = slices.DeleteFunc(g.Balancers, func(b string) bool { return b == arn })
	}
	delete(balancers.Of(c.At), arn)
	delete(labels.Of(c.At), arn)
	return &sdk.DeleteLoadBalancerOutput{}, nil
}
