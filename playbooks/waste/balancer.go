package waste

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/managed"
	"github.com/ripostehq/riposte/playbooks/price"
)

//go:embed testdata/unused-load-balancer.txtar
var balancerStories string

const balancerID = "waste.unused-load-balancer"

// BalancerParams are the parameters of waste.unused-load-balancer.
type BalancerParams struct {
	ReportDays int      `yaml:"report_days" help:"days after which it is asked what a load balancer has behind it and who uses it, and it is told of where that is nothing: at least 14"`
	DeleteDays int      `yaml:"delete_days" help:"days without traffic after which its deletion is asked for, told_days having passed: at least report_days"`
	ToldDays   int      `yaml:"told_days" help:"days between telling and deleting: at least 7"`
	Sightings  int      `yaml:"sightings" help:"complete sweeps that must have seen it: at least 2"`
	CodeTags   []string `yaml:"code_tags" help:"keys of tags by which your code (Terraform, Pulumi) marks what it manages: it is told of, and not deleted"`
}

func (p BalancerParams) treatment() treatment {
	return treatment{p.ReportDays, p.DeleteDays, p.ToldDays, p.Sightings}
}

// Validate refuses a haste that leaves the owner no time to say no.
func (p BalancerParams) Validate() error { return p.treatment().validate() }

// UnusedLoadBalancer finds application and network load balancers behind which nothing was for long, and asks to delete each.
func UnusedLoadBalancer() playbook.Definition {
	return playbook.Define(playbook.Spec[BalancerParams, balancer]{
		ID:       balancerID,
		Title:    "A load balancer has nothing behind it",
		Why:      whyBalancer,
		Severity: playbook.Low,
		Concern:  playbook.Cost,
		Lists:    []playbook.Listing[BalancerParams, balancer]{playbook.List(inventory.LoadBalancers(), listBalancer)},
		Ripe: func(k playbook.Streak, _ balancer, now time.Time, p BalancerParams) bool {
			return p.treatment().ripe(k, now)
		},
		Saves: func(ctx context.Context, prices playbook.Prices, s playbook.Suspect[balancer]) (playbook.Saving, error) {
			if !s.Facts.Quiet { // a listing shows neither targets nor traffic: most of what it shows is in use
				return playbook.Saving{}, fmt.Errorf("whether load balancer %q is used was not asked yet: %w", s.Resource.ID, playbook.ErrNoPrice)
			}
			return price.Balancer{Region: s.Resource.Region, Type: s.Facts.Type, Addresses: s.Facts.Addresses}.Saving(ctx, prices)
		},
		Reads: []call.ID{
			call.ELBDescribeLoadBalancers, call.ELBDescribeTags, call.ELBDescribeListeners, call.ELBDescribeRules, call.ELBDescribeTargetGroups, call.ELBDescribeTargetHealth,
			call.ELBDescribeLoadBalancerAttributes, call.AutoScalingDescribeAutoScalingGroups, call.EC2DescribeVpcEndpointServiceConfigurations,
		},
		Changes: playbook.Always[BalancerParams](action.Announce{}.About().Kind, action.DeleteBalancer{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Make load balancers in the stack or module of what they serve, so that they go with it, and let services share one by rules of host and path: " +
				"a balancer for each trial is what is left behind.",
		}},
		Stories:  balancerStories,
		Defaults: BalancerParams{ReportDays: 31, DeleteDays: 45, ToldDays: 14, Sightings: 7},
		Suspect:  func(event.Event, BalancerParams) []playbook.Suspect[balancer] { return nil },
		Check:    checkBalancer,
		Plan:     planBalancer,
	})
}

const whyBalancer = `A load balancer costs by the hour, whether anybody calls it or not, and its public addresses beside. No listing shows what it has behind
it: each is looked at once a month. What is found here forwards to target groups in which nothing is registered, and CloudWatch, which always has the
capacity that a balancer used, shows on 95 % of 45 days at least that it was there, and on none of them a request or a flow that reached a target. Strangers who
only knock are no use: the balancer itself turned them away. First its owner is told, by tags on the balancer too. A fortnight later a person is asked whether it
may go: always, since a name in DNS elsewhere, a distribution of CloudFront, an accelerator or a partner's configuration may point to it, and none of these
is looked at here: look first, a name that points to nothing can be taken over. One to which a record of Route 53 points, in any account that sweeps read, is told and left
until the record is gone. There is no undo: made again it has another DNS name and other addresses. The case keeps what
it was made of (listeners, rules, their default certificates, subnets, security groups; of conditions on headers and queries the names alone, since their values may be
secrets), and the target groups stay. Before each step all is looked at again: a target, a request, a call in CloudTrail that changes it, a tag riposte:keep
with a date, its announcing tag taken off, and it is let be. Not found at all: what redirects, answers by itself, signs users in or calls a function; what an Auto Scaling
group registers in, at zero instances too; what an endpoint service stands on; gateway balancers; classic ones; and what a service manages. Told and left: what
Kubernetes, Beanstalk, CloudFormation or your code (code_tags) owns, and what is protected from deletion, which is never switched off. Known false positive: the
idle side of a blue-green deployment by ECS or CodeDeploy that has had no task for 45 days; tag it riposte:keep.`

// balancer are the facts of one.
type balancer struct {
	unused
	Type      string               // application, network
	Addresses int                  `json:",omitempty"` // public ones that it holds: one a zone
	Quiet     bool                 `json:",omitempty"` // nothing is behind it, and CloudWatch shows no traffic; before that was asked, false
	Was       action.BalancerSetup `json:",omitzero"`
}

// listBalancer wants what may be unused. Whether it is only its listeners, its target groups and CloudWatch know.
func listBalancer(at event.Resource, b inventory.LoadBalancer, p BalancerParams) *playbook.Listed[balancer] {
	switch {
	case at.ID == "", served(b.Tags, nil), b.State == nil || b.State.Code != types.LoadBalancerStateEnumActive:
		return nil
	case b.Type != types.LoadBalancerTypeEnumApplication && b.Type != types.LoadBalancerTypeEnumNetwork:
		return nil
	}
	f := balancer{Type: string(b.Type)}
	if b.Scheme == types.LoadBalancerSchemeEnumInternetFacing {
		f.Addresses = len(b.AvailabilityZones)
	}
	if f.Managed = managed.By(b.Tags, nil, p.CodeTags); f.Managed == "" {
		f.Managed = managed.Kubernetes(b.Tags)
	}
	f.Asks = "made again it has another name: a record of DNS, a distribution or a partner may name this one, and nothing here tells"
	return &playbook.Listed[balancer]{Suspect: f.of(at)}
}

// of says the facts of a balancer.
func (f balancer) of(at event.Resource) playbook.Suspect[balancer] {
	title := fmt.Sprintf("%s load balancer %s may be unused", f.Type, at.ID)
	if f.Quiet {
		title = fmt.Sprintf("%s load balancer %s has nothing behind it", f.Type, at.ID)
	}
	switch {
	case f.Managed != "":
		title += "; " + f.Managed + " manages it: take it out there"
	case f.Idle != "":
		title += "; " + f.Idle
	}
	return playbook.Suspect[balancer]{Resource: at, Title: title, Facts: f}
}

// planBalancer tells, waits, and asks.
func planBalancer(s playbook.Suspect[balancer], p BalancerParams) (plan action.Plan) {
	f, wait := s.Facts, p.treatment().wait()
	if f.Managed != "" || f.Idle != "" {
		return plan
	}
	gone := action.Try(action.DeleteBalancer{Balancer: s.Resource, Case: s.Case, Was: f.Was})
	gone.After = wait
	plan.Steps = []action.Step{f.announce(s.Resource, s.Case, balancerID, wait), f.asked(gone)}
	return plan
}
