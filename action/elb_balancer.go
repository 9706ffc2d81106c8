package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// LookBalancer reads one balancer; nil where there is none.
func LookBalancer(ctx context.Context, r access.Reads, b event.Resource) (*types.LoadBalancer, error) {
	out, err := r.ELB(b.Place()).DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{b.ARN()}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read load balancer %q: %w", b.ID, err)
	}
	for _, found := range out.LoadBalancers {
		if aws.ToString(found.LoadBalancerArn) == b.ARN() {
			return &found, nil
		}
	}
	return nil, nil
}

// BalancerTags reads the tags of a balancer; nil where it is gone.
func BalancerTags(ctx context.Context, r access.Reads, b event.Resource) (map[string]string, error) {
	out, err := r.ELB(b.Place()).DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{b.ARN()}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the tags of load balancer %q: %w", b.ID, err)
	}
	for _, d := range out.TagDescriptions {
		if aws.ToString(d.ResourceArn) == b.ARN() {
			return elbTags(d.Tags), nil
		}
	}
	return nil, fmt.Errorf("read the tags of load balancer %q: AWS told none of it", b.ID)
}

// BalancerProtected reports whether a balancer is protected from deletion.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
func BalancerProtected(ctx context.Context, r access.Reads, b event.Resource) (bool, error) {
	out, err := r.ELB(b.Place()).DescribeLoadBalancerAttributes(ctx, &elb.DescribeLoadBalancerAttributesInput{LoadBalancerArn: aws.String(b.ARN())})
	if err != nil {
		return false, fmt.Errorf("read the attributes of load balancer %q: %w", b.ID, err)
	}
	for _, a := range out.Attributes {
		if aws.ToString(a.Key) == "deletion_protection.enabled" {
			return aws.ToString(a.Value) != "false", nil
		}
	}
	return false, fmt.Errorf("load balancer %q: AWS does not tell whether it is protected from deletion", b.ID)
}

// BalancerGroups are the ARNs of the target groups that a balancer's listeners and rules name, whether anything is registered in them or not.
func BalancerGroups(ctx context.Context, r access.Reads, b event.Resource) (arns []string, _ error) {
	pages := elb.NewDescribeTargetGroupsPaginator(r.ELB(b.Place()), &elb.DescribeTargetGroupsInput{LoadBalancerArn: aws.String(b.ARN())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if access.Answered(err, "TargetGroupNotFound") { // how a balancer without any is told, by some
			return arns, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the target groups of load balancer %q: %w", b.ID, err)
		}
		for _, g := range page.TargetGroups {
			arns = append(arns, aws.ToString(g.TargetGroupArn))
		}
	}
	return arns, nil
}

// BalancerTarget is one target that is registered in a target group, healthy or not, one that is drained among them; "" where there is none.
func BalancerTarget(ctx context.Context, r access.Reads, at event.Place, group string) (string, error) {
	out, err := r.ELB(at).DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &group})
	if Missing(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what is registered in target group %q: %w", group, err)
	}
	for _, t := range out.TargetHealthDescriptions {
		if t.Target != nil {
			return aws.ToString(t.Target.Id), nil
		}
	}
	return "", nil
}

func elbTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}
