// Package elb is Elastic Load Balancing in the world: balancers, what they listen on, target groups and what is registered in them.
package elb

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is the second version of Elastic Load Balancing.
func Service() *core.Service {
	return &core.Service{
		Name: "elasticloadbalancing", SDK: "Elastic Load Balancing v2", Reference: "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_",
		Words: core.QueryWords(), Resources: []core.Resource{
			balancerResource(), attributeResource(), listenerResource(), ruleResource(), targetGroupResource(), tagResource(),
		},
	}
}

// targetGroup is one target group. Its targets are healthy, since nothing in the world asks them.
type targetGroup struct {
	TargetGroupArn string
	Port           int32
	Balancers      []string // ARNs
	Targets        []target
}

// target is what is registered, and what is drained after it was deregistered.
type target struct {
	ID   string
	Port int32
	Left time.Time // when it was deregistered; zero while it is registered
}

// drains is how long a target is drained, unless its group says otherwise.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
const drains = 300 * time.Second

var targetGroups = core.Shelf[targetGroup]{Kind: "elb.target-group", ID: "TargetGroupArn", Missing: func(string) *core.Refusal {
	text := "One or more target groups not found"
	return core.Refuse("TargetGroupNotFound", "%s", text).With(&types.TargetGroupNotFoundException{Message: &text})
}}

func targetGroupResource() core.Resource {
	return core.Resource{Shelf: &targetGroups, Operations: []core.Operation{
		core.Define(core.Spec[sdk.DescribeTargetGroupsInput, sdk.DescribeTargetGroupsOutput]{
			Knows: "LoadBalancerArn TargetGroupArns Marker PageSize", Answer: describeGroups,
		}),
		core.Define(core.Spec[sdk.DescribeTargetHealthInput, sdk.DescribeTargetHealthOutput]{
			Knows: "TargetGroupArn", Answer: core.Found(&targetGroups, "TargetGroupArn", describeHealth),
		}),
		core.Define(core.Spec[sdk.RegisterTargetsInput, sdk.RegisterTargetsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "TargetGroupArn Targets",
			Needs: func(c *core.Call, in *sdk.RegisterTargetsInput) []core.Need {
				return c.On(aws.ToString(in.TargetGroupArn))
			},
			Answer: core.Found(&targetGroups, "TargetGroupArn", register),
		}),
		core.Define(core.Spec[sdk.DeregisterTargetsInput, sdk.DeregisterTargetsOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "TargetGroupArn Targets",
			Needs: func(c *core.Call, in *sdk.DeregisterTargetsInput) []core.Need {
				return c.On(aws.ToString(in.TargetGroupArn))
			},
			Answer: core.Found(&targetGroups, "TargetGroupArn", deregister),
		}),
	}}
}

func describeGroups(c *core.Call, in *sdk.DescribeTargetGroupsInput) (*sdk.DescribeTargetGroupsOutput, *core.Refusal) {
	chosen, refused := targetGroups.Sorted(c.At), (*core.Refusal)(nil)
	switch {
	case len(in.TargetGroupArns) > 0:
		chosen, refused = targetGroups.Some(c.At, in.TargetGroupArns)
	case in.LoadBalancerArn != nil:
		_, refused = balancers.Find(c.At, in.LoadBalancerArn)
		chosen = slices.DeleteFunc(chosen, func(g *targetGroup) bool { return !slices.Contains(g.Balancers, *in.LoadBalancerArn) })
	}
	if refused != nil {
		return nil, refused
	}
	var all []types.TargetGroup
	for _, g := range chosen {
		all = append(all, types.TargetGroup{TargetGroupArn: &g.TargetGroupArn, Port: &g.Port, LoadBalancerArns: g.Balancers, TargetType: types.TargetTypeEnumInstance})
	}
	page, next, refused := core.Paged(all, in.Marker, in.PageSize)
	return &sdk.DescribeTargetGroupsOutput{TargetGroups: page, NextMarker: next}, refused
}

func describeHealth(c *core.Call, _ *sdk.DescribeTargetHealthInput, g *targetGroup) (*sdk.DescribeTargetHealthOutput, *core.Refusal) {
	out := &sdk.DescribeTargetHealthOutput{}
	for _, t := range g.Targets {
		health := &types.TargetHealth{State: types.TargetHealthStateEnumHealthy}
		if !t.Left.IsZero() {
			if c.Now.Sub(t.Left) >= drains {
				continue
			}
			health = &types.TargetHealth{State: types.TargetHealthStateEnumDraining, Reason: types.TargetHealthReasonEnumDeregistrationInProgress}
		}
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, types.TargetHealthDescription{
			Target: &types.TargetDescription{Id: &t.ID, Port: &t.Port}, TargetHealth: health,
		})
	}
	return out, nil
}

// register puts targets in, by the group's port where they name none.
func register(_ *core.Call, in *sdk.RegisterTargetsInput, g *targetGroup) (*sdk.RegisterTargetsOutput, *core.Refusal) {
	for _, t := range in.Targets {
		added := target{ID: aws.ToString(t.Id), Port: g.Port}
		if t.Port != nil {
			added.Port = *t.Port
		}
		g.Targets = slices.DeleteFunc(g.Targets, func(o target) bool { return o.ID == added.ID && o.Port == added.Port })
		g.Targets = append(g.Targets, added)
	}
	return &sdk.RegisterTargetsOutput{}, nil
}

// deregister drains targets, by all their ports where they name none. One that is not there is no error.
func deregister(c *core.Call, in *sdk.DeregisterTargetsInput, g *targetGroup) (*sdk.DeregisterTargetsOutput, *core.Refusal) {
	for _, t := range in.Targets {
		for i, o := range g.Targets {
			if o.ID == aws.ToString(t.Id) && (t.Port == nil || *t.Port == o.Port) && o.Left.IsZero() {
				g.Targets[i].Left = c.Now
			}
		}
	}
	return &sdk.DeregisterTargetsOutput{}, nil
}

// Estate is what a region has of it in YAML.
type Estate []targetGroupEstate

type targetGroupEstate struct {
	ID       string   `yaml:"id"` // NAME/HEX
	Port     int32    `yaml:"port"`
	Balancer string   `yaml:"balancer"` // app/NAME/HEX
	Targets  []string `yaml:"targets"`  // ids of instances
	Draining []string `yaml:"draining"` // of those just deregistered
}

// Build makes what an estate has.
func (e Estate) Build(at core.At) error {
	for _, given := range e {
		g := &targetGroup{TargetGroupArn: at.ARN("elasticloadbalancing", "targetgroup/"+given.ID), Port: given.Port}
		if given.Balancer != "" {
			g.Balancers = []string{at.ARN("elasticloadbalancing", "loadbalancer/"+given.Balancer)}
		}
		for _, id := range given.Targets {
			g.Targets = append(g.Targets, target{ID: id, Port: g.Port})
		}
		for _, id := range given.Draining {
			g.Targets = append(g.Targets, target{ID: id, Port: g.Port, Left: at.Now})
		}
		targetGroups.Put(at, g)
	}
	return nil
}
