package scaling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// balancing are the calls that change a load balancer, by what they do to one that serves the caller's own group. Each service of
// the two that are called Elastic Load Balancing has a DeleteLoadBalancer.
func balancing() map[call.ID]harm {
	return map[call.ID]harm{
		call.ELBDeregisterTargets: ofMembers, call.ELBDeregisterInstancesFromLoadBalancer: ofMembers,
		call.ELBDeleteLoadBalancer: always, call.ELBDeleteTargetGroup: always, call.ELBDeleteListener: always, call.ELBDeleteRule: always,
		call.ELBDeleteLoadBalancerListeners: always,

		call.ELBRegisterTargets: harmless, call.ELBRegisterInstancesWithLoadBalancer: harmless,
		call.ELBModifyListener: harmless, call.ELBModifyRule: harmless, call.ELBModifyTargetGroup: harmless, call.ELBModifyTargetGroupAttributes: harmless,
		call.ELBModifyLoadBalancerAttributes: harmless, call.ELBSetSecurityGroups: harmless, call.ELBSetSubnets: harmless,
		call.ELBDetachLoadBalancerFromSubnets: harmless, call.ELBDisableAvailabilityZonesForLoadBalancer: harmless,

		// A rule before all others, or a listener's other policy, sends a balancer's visitors elsewhere without a change of what was there.
		call.ELBCreateListener: harmless, call.ELBCreateRule: harmless, call.ELBSetRulePriorities: harmless, call.ELBRemoveListenerCertificates: harmless,
		call.ELBCreateLoadBalancerListeners: harmless, call.ELBSetLoadBalancerPoliciesOfListener: harmless,
		call.ELBApplySecurityGroupsToLoadBalancer: harmless, call.ELBConfigureHealthCheck: harmless,

		// What visitors are shown, by which addresses and in which zones they are served, and how much the balancer can carry.
		call.ELBAddListenerCertificates: harmless, call.ELBSetLoadBalancerListenerSSLCertificate: harmless, call.ELBSetLoadBalancerPoliciesForBackendServer: harmless,
		call.ELBModifyListenerAttributes: harmless, call.ELBSetIpAddressType: harmless, call.ELBModifyIpPools: harmless, call.ELBModifyCapacityReservation: harmless,
		call.ELBAttachLoadBalancerToSubnets: harmless, call.ELBEnableAvailabilityZonesForLoadBalancer: harmless,
	}
}

// mostTargets bounds what one record makes riposte plan.
const mostTargets = 100

// balancerOf is what a call names of a balancer: an ARN, or the name of a classic one.
func balancerOf(e event.Event) string {
	in := request.Of(e)
	for _, key := range []string{"targetGroupArn", "ruleArn", "listenerArn", "loadBalancerArn", "loadBalancerName"} {
		if named := in.At(key).Text(); named != "" {
			return named
		}
	}
	return ordered(in.At("rulePriorities"))
}

// ordered is a rule of those that a call puts in order. Where they are not all of one balancer, it names none: the caller writes which is first, and its
// own group's would stand for the others.
func ordered(rules request.Value) (first string) {
	for _, r := range rules.Items() {
		arn := r.At("ruleArn").Text()
		switch {
		case arn == "":
		case first == "":
			first = arn
		case balancerPath(arn) != balancerPath(first):
			return "rules of several balancers"
		}
	}
	return first
}

// targetsOf are what a call registers or deregisters, with port 0 where it names none.
func targetsOf(in request.Value) (all []action.Target) {
	for _, t := range in.At("targets").Items() {
		one := action.Target{ID: t.At("id").Text()}
		if port := number(t.At("port")); port != nil {
			one.Port = *port
		}
		all = append(all, one)
	}
	for _, i := range in.At("instances").Items() {
		all = append(all, action.Target{ID: i.At("instanceId").Text()})
	}
	all = slices.DeleteFunc(all, func(t action.Target) bool { return t.ID == "" || len(t.ID) > 64 })
	slices.SortFunc(all, func(a, b action.Target) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Port, b.Port)) })
	all = slices.Compact(all)
	return all[:min(len(all), mostTargets)]
}

// unbalances says how a call does harm to a balancer, by an instance; "" where it does none. An instance may take itself out of service and put
// itself back, wherever that is: scripts of instances that are in no group do.
func (c changed) unbalances(ctx context.Context, in playbook.In, o owner) (string, error) {
	h := balancing()[call.ID("elasticloadbalancing:"+c.Call)]
	others := slices.ContainsFunc(c.Targets, func(t action.Target) bool { return t.ID != c.Instance.ID && !slices.Contains(o.addresses, t.ID) })
	if len(c.Targets) > 0 && !others {
		return "", nil
	}
	if h == always {
		return "no instance deletes what serves it", nil
	}
	serves, err := c.serves(ctx, in, o.group)
	switch {
	case err != nil:
		return "", err
	case !serves:
		return "it does not serve its own group, which is " + cmp.Or(o.group, "none"), nil
	case h == ofMembers:
		return "other targets than itself", nil
	}
	return "", nil
}

// serves reports whether what the call names serves a group.
func (c changed) serves(ctx context.Context, in playbook.In, group string) (bool, error) {
	if group == "" || c.Instance.Region != c.Group.Region || c.Instance.Account != c.Group.Account {
		return false, nil
	}
	own, err := groupNamed(ctx, in.AWS, c.Instance.Place().In(event.Group, group))
	if err != nil || own == nil {
		return false, err
	}
	if slices.Contains(own.TargetGroupARNs, c.Balancer) || slices.Contains(own.LoadBalancerNames, c.Balancer) {
		return true, nil
	}
	path := balancerPath(c.Balancer)
	if path == "" || len(own.TargetGroupARNs) == 0 {
		return false, nil
	}
	out, err := in.AWS.ELB(c.Instance.Place()).DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: own.TargetGroupARNs[:min(len(own.TargetGroupARNs), 20)]})
	if err != nil {
		return false, fmt.Errorf("read the target groups of group %q: %w", group, err)
	}
	return slices.ContainsFunc(out.TargetGroups, func(t types.TargetGroup) bool {
		return slices.ContainsFunc(t.LoadBalancerArns, func(arn string) bool { return balancerPath(arn) == path })
	}), nil
}

// balancerPath is what the ARNs of a balancer, of its listeners and of their rules have in common: app/NAME/ID.
func balancerPath(arn string) string {
	for _, of := range []string{":loadbalancer/", ":listener/", ":listener-rule/"} {
		if _, path, ok := strings.Cut(arn, of); ok {
			if parts := strings.SplitN(path, "/", 4); len(parts) >= 3 {
				return strings.Join(parts[:3], "/")
			}
		}
	}
	return ""
}

// targetGroup is the target group that the call names.
func (c changed) targetGroup() event.Resource {
	_, id, _ := strings.Cut(c.Balancer, ":targetgroup/")
	return c.Group.Place().In(event.TargetGroup, id)
}

// reregistered finds what the call took out of service and can be put back: what is drained was registered until now. What it
// registered, or is drained no more, is asked: nothing shows how it was.
func (c changed) reregistered(ctx context.Context, in playbook.In) (b back, err error) {
	made := call.ID("elasticloadbalancing:" + c.Call)
	if made != call.ELBDeregisterTargets && made != call.ELBRegisterTargets {
		return back{Lost: []string{"what it was is for its owner to put back"}}, nil
	}
	group := c.targetGroup()
	states, gone, err := action.HealthOf(ctx, in.AWS, group)
	if err != nil || gone {
		return back{Lost: []string{"the target group is deleted"}}, err
	}
	for _, t := range c.Targets {
		found := false
		for now, state := range states {
			if now.ID != t.ID || t.Port != 0 && t.Port != now.Port {
				continue
			}
			found = true
			drained := state == types.TargetHealthStateEnumDraining
			own, err := c.registeredBefore(ctx, in, now.ID)
			switch {
			case err != nil:
				return back{}, err
			case made == call.ELBRegisterTargets && !drained:
				b.Deregister = append(b.Deregister, now)
			case made == call.ELBDeregisterTargets && drained && !own:
				b.Register = append(b.Register, now)
			}
		}
		if !found && made == call.ELBDeregisterTargets && len(b.Lost) == 0 {
			b.Lost = append(b.Lost, "what is drained no more is for its owner to register")
		}
	}
	for _, list := range [][]action.Target{b.Register, b.Deregister} {
		slices.SortFunc(list, func(a, b action.Target) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Port, b.Port)) })
	}
	return b, nil
}

// registeredBefore reports whether the session itself had put a target in: taking it out is no loss.
func (c changed) registeredBefore(ctx context.Context, in playbook.In, id string) (bool, error) {
	seen, err := in.History.Recall(ctx, c.targetGroup(), ofTarget(id), c.At)
	if err != nil {
		return false, fmt.Errorf("recall who registered %q: %w", id, err)
	}
	return seen != nil && seen.By == c.Actor.ARN, nil
}
