package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteBalancerKind ends a balancer, its listeners and their rules. Target groups stay.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
var deleteBalancerKind = Define[DeleteBalancer](Kind{
	Name: "elb.delete-balancer", Version: 1, Does: "delete a load balancer; the case keeps what it was made of, its target groups stay", Class: Destroy, Tier: TierDestroy,
	Final: "a balancer that is made again has another DNS name and other addresses",
	Reads: []call.ID{
		call.ELBDescribeLoadBalancers, call.ELBDescribeTags, call.ELBDescribeLoadBalancerAttributes, call.ELBDescribeTargetGroups, call.ELBDescribeTargetHealth,
	},
	Writes: []call.ID{call.ELBDeleteLoadBalancer},
})

// DeleteBalancer wants a balancer gone behind which nothing is, and that the case announced.
type DeleteBalancer struct {
	Balancer event.Resource // by its id, app/NAME/HEX, which no other balancer ever gets
	Case     string
	Was      BalancerSetup
}

// BalancerSetup is what a balancer was made of, for the person who makes it again. It holds no values of headers and queries, which may be secrets.
type BalancerSetup struct {
	DNSName, Scheme, Addressing string // Addressing: ipv4, dualstack
	Subnets, SecurityGroups     []string
	Listeners                   []ListenerSetup
}

// ListenerSetup is what a listener was made of.
type ListenerSetup struct {
	Port         int32
	Protocol     string
	Policy       string   `json:",omitempty"` // of TLS
	Certificates []string `json:",omitempty"` // ARNs: the default one, as DescribeListeners tells no others
	Rules        []string // in their order: "PRIORITY CONDITIONS -> TARGET GROUPS"
}

// About is the action as data.
func (d DeleteBalancer) About() About {
	return About{
		Kind: deleteBalancerKind, Target: d.Balancer,
		Hits: fmt.Sprintf("load balancer %s with its %d listeners; made again it has another name than %s", d.Balancer.ID, len(d.Was.Listeners), d.Was.DNSName),
	}
}

// Look refuses whatever makes the deletion other than announced: a balancer that is protected, that has a target by now, or that is no longer
// tagged. Deletion protection is never switched off.
func (d DeleteBalancer) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, err := LookBalancer(ctx, r, d.Balancer)
	switch {
	case err != nil:
		return Look{}, err
	case found == nil:
		return Look{Satisfied: true}, nil
	}
	tags, err := BalancerTags(ctx, r, d.Balancer)
	if err != nil {
		return Look{}, err
	}
	if refused := announcedBy(tags, d.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	protected, err := BalancerProtected(ctx, r, d.Balancer)
	if err != nil || protected {
		return Look{Refused: "it is protected from deletion"}.unless(err)
	}
	groups, err := BalancerGroups(ctx, r, d.Balancer)
	if err != nil {
		return Look{}, err
	}
	for _, group := range groups {
		target, err := BalancerTarget(ctx, r, d.Balancer.Place(), group)
		if err != nil || target != "" {
			return Look{Refused: "there is a target behind it: " + target}.unless(err)
		}
	}
	return Look{}, nil
}

// Do deletes it. AWS refuses where it is protected meanwhile or serves an endpoint service, and the role's policy where its tag is gone.
func (d DeleteBalancer) Do(ctx context.Context, w access.Writes) error {
	_, err := w.ELB(d.Balancer.Place()).DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: aws.String(d.Balancer.ARN())})
	return Refused(fmt.Sprintf("delete load balancer %q", d.Balancer.ID), err)
}
