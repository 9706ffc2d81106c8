package elb

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// listeners are what balancers listen on, and rules what their listeners do beside their default.
var (
	listeners = core.Shelf[types.Listener]{Kind: "elb.listener", ID: "ListenerArn", Missing: func(string) *core.Refusal {
		text := "One or more listeners not found"
		return core.Refuse("ListenerNotFound", "%s", text).With(&types.ListenerNotFoundException{Message: &text})
	}}
	rules = core.Shelf[types.Rule]{Kind: "elb.rule", ID: "RuleArn"}
)

func listenerResource() core.Resource {
	return core.Resource{Shelf: &listeners, Operations: []core.Operation{
		core.Define(core.Spec[sdk.DescribeListenersInput, sdk.DescribeListenersOutput]{
			Knows: "ListenerArns LoadBalancerArn Marker PageSize", Answer: describeListeners,
		}),
		core.Define(core.Spec[sdk.ModifyListenerInput, sdk.ModifyListenerOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "ListenerArn SslPolicy",
			Needs: func(c *core.Call, in *sdk.ModifyListenerInput) []core.Need { return c.On(aws.ToString(in.ListenerArn)) },
			Answer: core.Found(&listeners, "ListenerArn", func(_ *core.Call, in *sdk.ModifyListenerInput, l *types.Listener) (*sdk.ModifyListenerOutput, *core.Refusal) {
				if in.SslPolicy != nil {
					l.SslPolicy = in.SslPolicy
				}
				return &sdk.ModifyListenerOutput{Listeners: []types.Listener{*l}}, nil
			}),
		}),
	}}
}

func ruleResource() core.Resource {
	return core.Resource{Shelf: &rules, Operations: []core.Operation{
		core.Define(core.Spec[sdk.DescribeRulesInput, sdk.DescribeRulesOutput]{
			Knows: "ListenerArn Marker PageSize", Answer: core.Found(&listeners, "ListenerArn", describeRules),
		}),
	}}
}

func describeListeners(c *core.Call, in *sdk.DescribeListenersInput) (*sdk.DescribeListenersOutput, *core.Refusal) {
	var all []types.Listener
	if len(in.ListenerArns) > 0 {
		some, refused := listeners.Some(c.At, in.ListenerArns)
		if refused != nil {
			return nil, refused
		}
		for _, l := range some {
			all = append(all, *l)
		}
	} else if _, refused := balancers.Find(c.At, in.LoadBalancerArn); refused != nil {
		return nil, refused
	}
	for _, l := range listeners.Sorted(c.At) {
		if in.LoadBalancerArn != nil && aws.ToString(l.LoadBalancerArn) == *in.LoadBalancerArn {
			all = append(all, *l)
		}
	}
	page, next, refused := core.Paged(all, in.Marker, in.PageSize)
	return &sdk.DescribeListenersOutput{Listeners: page, NextMarker: next}, refused
}

// describeRules adds the default, which is the listener's own action.
func describeRules(c *core.Call, in *sdk.DescribeRulesInput, l *types.Listener) (*sdk.DescribeRulesOutput, *core.Refusal) {
	under := strings.Replace(*l.ListenerArn, ":listener/", ":listener-rule/", 1) + "/"
	all := []types.Rule{{RuleArn: aws.String(under + "default"), IsDefault: aws.Bool(true), Priority: aws.String("default"), Actions: l.DefaultActions}}
	for _, r := range slices.Backward(rules.Sorted(c.At)) {
		if strings.HasPrefix(*r.RuleArn, under) {
			all = slices.Insert(all, 0, *r)
		}
	}
	page, next, refused := core.Paged(all, in.Marker, in.PageSize)
	return &sdk.DescribeRulesOutput{Rules: page, NextMarker: next}, refused
}
