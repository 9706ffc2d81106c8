package inventory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// LoadBalancer is an application, network or gateway balancer, with the tags that its description lacks.
type LoadBalancer struct {
	types.LoadBalancer
	Tags map[string]string
}

const (
	balancersAPage = 400 // the most that DescribeLoadBalancers gives
	taggedAtOnce   = 20  // the most that DescribeTags takes
)

// LoadBalancers are balancers of the second API: application, network, gateway.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
func LoadBalancers() Type[LoadBalancer] {
	return Type[LoadBalancer]{
		Kind: event.LoadBalancer, Reads: []call.ID{call.ELBDescribeLoadBalancers, call.ELBDescribeTags},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]LoadBalancer, error] {
			api := r.ELB(at)
			all := pages(ctx, "load balancers", elb.NewDescribeLoadBalancersPaginator(api, &elb.DescribeLoadBalancersInput{PageSize: aws.Int32(balancersAPage)}),
				func(out *elb.DescribeLoadBalancersOutput) []types.LoadBalancer { return out.LoadBalancers })
			return labelled(ctx, all, api.DescribeTags)
		},
		ID:   func(b LoadBalancer) string { return LoadBalancerID(id(b.LoadBalancerArn)) },
		Tags: func(b LoadBalancer) map[string]string { return b.Tags },
		Names: func(at event.Place, b LoadBalancer) []names.Entry {
			return has(at.In(event.LoadBalancer, LoadBalancerID(id(b.LoadBalancerArn))), names.Parse(id(b.DNSName), ""))
		},
	}
}

// describeTags is the call that tells the tags of balancers, twenty at once.
type describeTags = func(context.Context, *elb.DescribeTagsInput, ...func(*elb.Options)) (*elb.DescribeTagsOutput, error)

// labelled gives pages of balancers their tags. A page of which the tags can't be read is an error: without them nothing tells what keeps one.
func labelled(ctx context.Context, all iter.Seq2[[]types.LoadBalancer, error], describe describeTags) iter.Seq2[[]LoadBalancer, error] {
	return func(yield func([]LoadBalancer, error) bool) {
		for page, err := range all {
			for some := range slices.Chunk(page, taggedAtOnce) {
				if err != nil {
					break
				}
				var tagged []LoadBalancer
				if tagged, err = withTags(ctx, some, describe); err == nil && !yield(tagged, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// withTags leaves out what was deleted since it was listed, for which AWS refuses the tags of all.
func withTags(ctx context.Context, some []types.LoadBalancer, describe describeTags) (tagged []LoadBalancer, _ error) {
	in := &elb.DescribeTagsInput{}
	for _, b := range some {
		in.ResourceArns = append(in.ResourceArns, id(b.LoadBalancerArn))
	}
	out, err := describe(ctx, in)
	switch {
	case access.Answered(err, "LoadBalancerNotFound") && len(some) == 1:
		return nil, nil
	case access.Answered(err, "LoadBalancerNotFound"):
		for i := range some {
			one, err := withTags(ctx, some[i:i+1], describe)
			if err != nil {
				return nil, err
			}
			tagged = append(tagged, one...)
		}
		return tagged, nil
	case err != nil:
		return nil, fmt.Errorf("read the tags of load balancers: %w", err)
	}
	for _, b := range some {
		i := slices.IndexFunc(out.TagDescriptions, func(d types.TagDescription) bool { return id(d.ResourceArn) == id(b.LoadBalancerArn) })
		if i < 0 {
			return nil, fmt.Errorf("the tags of load balancer %q are not among those that AWS told", id(b.LoadBalancerArn))
		}
		tagged = append(tagged, LoadBalancer{b, elbTags(out.TagDescriptions[i].Tags)})
	}
	return tagged, nil
}

// LoadBalancerID is a balancer's id within its type, by its ARN: app/NAME/HEX. "" where that is none.
func LoadBalancerID(arn string) string {
	_, id, _ := strings.Cut(arn, ":loadbalancer/")
	return id
}

// elbTags are the tags that Elastic Load Balancing shows of a resource.
func elbTags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[id(t.Key)] = id(t.Value)
	}
	return all
}
