package waste

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

// checkBalancer looks at the balancer as the listing did, at all that it may have behind it, and asks CloudWatch for traffic.
func checkBalancer(ctx context.Context, in playbook.In, s playbook.Suspect[balancer], p BalancerParams) ([]playbook.Suspect[balancer], error) {
	listed, tags, err := lookBalancer(ctx, in.AWS, s.Resource, p)
	if err != nil || listed == nil {
		return nil, err
	}
	f := listed.Suspect.Facts
	kept, u, err := standing(ctx, in, s.Case, s.Resource, tags)
	if err != nil || kept != "" {
		return nil, err
	}
	f.Since, f.Opened, f.Quiet = u.Since, u.Opened, true
	forwards, err := f.setUp(ctx, in.AWS, s.Resource)
	if err != nil || !forwards {
		return nil, err
	}
	empty, err := nothingBehind(ctx, in.AWS, s.Resource)
	if err != nil || !empty {
		return nil, err
	}
	silent, err := untravelled(ctx, in, s.Resource, f.Type, p.DeleteDays)
	if err != nil || !silent {
		return nil, err
	}
	protected, err := action.BalancerProtected(ctx, in.AWS, s.Resource)
	if err != nil {
		return nil, err
	}
	if protected {
		f.Idle = "it is protected from deletion, which stays: switch that off yourself, or tag it riposte:keep"
	}
	if f.Idle == "" {
		if f.Idle, err = pointed(ctx, in, f.Was.DNSName); err != nil {
			return nil, err
		}
	}
	found := f.of(s.Resource)
	found.Tags, found.Case = tags, s.Case
	return []playbook.Suspect[balancer]{found}, nil
}

// lookBalancer is what the listing would say of a balancer now, with its tags; nil where nothing.
func lookBalancer(ctx context.Context, r access.Reads, of event.Resource, p BalancerParams) (*playbook.Listed[balancer], map[string]string, error) {
	b, err := action.LookBalancer(ctx, r, of)
	if err != nil || b == nil {
		return nil, nil, err
	}
	tags, err := action.BalancerTags(ctx, r, of)
	if err != nil || tags == nil {
		return nil, nil, err
	}
	listed := listBalancer(of, inventory.LoadBalancer{LoadBalancer: *b, Tags: tags}, p)
	if listed == nil {
		return nil, nil, nil
	}
	was := &listed.Suspect.Facts.Was
	was.DNSName, was.Scheme, was.Addressing = aws.ToString(b.DNSName), string(b.Scheme), string(b.IpAddressType)
	was.SecurityGroups = slices.Sorted(slices.Values(b.SecurityGroups))
	for _, zone := range b.AvailabilityZones {
		was.Subnets = append(was.Subnets, aws.ToString(zone.SubnetId))
	}
	slices.Sort(was.Subnets)
	return listed, tags, nil
}

// nothingBehind reports whether no target group of a balancer has a target or is a group's to fill, and no endpoint service stands on it.
func nothingBehind(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	groups, err := action.BalancerGroups(ctx, r, of)
	if err != nil {
		return false, err
	}
	for _, group := range groups {
		target, err := action.BalancerTarget(ctx, r, of.Place(), group)
		if err != nil || target != "" {
			return false, err
		}
	}
	filled, err := filledByGroup(ctx, r, of.Place(), groups)
	if err != nil || filled {
		return false, err
	}
	offered, err := offeredAsService(ctx, r, of)
	return !offered, err
}

// filledByGroup reports whether an Auto Scaling group registers its instances in one of the target groups: at zero it has none, and comes back.
func filledByGroup(ctx context.Context, r access.Reads, at event.Place, targetGroups []string) (bool, error) {
	if len(targetGroups) == 0 {
		return false, nil
	}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.AutoScaling(at), &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read which groups register in target groups: %w", err)
		}
		for _, g := range page.AutoScalingGroups {
			if slices.ContainsFunc(g.TargetGroupARNs, func(arn string) bool { return slices.Contains(targetGroups, arn) }) {
				return true, nil
			}
		}
	}
	return false, nil
}

// offeredAsService reports whether the account offers a balancer to others as an endpoint service.
func offeredAsService(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	pages := ec2.NewDescribeVpcEndpointServiceConfigurationsPaginator(r.EC2(of.Place()), &ec2.DescribeVpcEndpointServiceConfigurationsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read which endpoint services stand on load balancers: %w", err)
		}
		if slices.ContainsFunc(page.ServiceConfigurations, func(s ec2types.ServiceConfiguration) bool {
			return slices.Contains(s.NetworkLoadBalancerArns, of.ARN())
		}) {
			return true, nil
		}
	}
	return false, nil
}

// traffic is what CloudWatch has of a balancer. Each counts what reached a target alone, and is reported only where it is not zero; the capacity used is
// "always reported", so that its data shows that CloudWatch had the balancer in sight.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
func traffic(balancerType string) (namespace string, metrics []string) {
	if balancerType == "network" {
		return "AWS/NetworkELB", []string{"NewFlowCount", "ActiveFlowCount"}
	}
	return "AWS/ApplicationELB", []string{"RequestCount"}
}

const inSight = "ConsumedLCUs"

// untravelled reports whether nothing reached a target on any day.
func untravelled(ctx context.Context, in playbook.In, of event.Resource, balancerType string, days int) (bool, error) {
	if in.Metrics == nil {
		return false, fmt.Errorf("who uses load balancer %q: %w", of.ID, playbook.ErrNoEvidence)
	}
	namespace, metrics := traffic(balancerType)
	for _, metric := range append(metrics, inSight) {
		series, err := in.Metrics.Daily(ctx, playbook.MetricQuery{
			At: of.Place(), Namespace: namespace, Name: metric, Dimensions: map[string]string{"LoadBalancer": of.ID},
			Statistic: "Sum", From: in.Now.AddDate(0, 0, -days), To: in.Now,
		})
		switch {
		case err != nil:
			return false, fmt.Errorf("who uses load balancer %q: %w", of.ID, err)
		case metric != inSight && series.Highest() > 0:
			return false, nil
		case metric == inSight && float64(len(series.Values)) < covered*float64(days):
			return false, fmt.Errorf("CloudWatch has data of load balancer %q for %d days, and it takes %d of %d: %w", of.ID, len(series.Values), int(covered*float64(days))+1, days, playbook.ErrNoEvidence)
		}
	}
	return true, nil
}
