package waste

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// setUp reads what a balancer listens on, and reports whether all that it does is to forward to target groups: what redirects, answers, signs in or
// validates by itself serves with nothing behind it.
func (f *balancer) setUp(ctx context.Context, r access.Reads, of event.Resource) (forwards bool, _ error) {
	api := r.ELB(of.Place())
	pages := elb.NewDescribeListenersPaginator(api, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(of.ARN())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("read the listeners of load balancer %q: %w", of.ID, err)
		}
		for _, l := range page.Listeners {
			if !forwarding(l.DefaultActions) {
				return false, nil
			}
			made := action.ListenerSetup{Port: aws.ToInt32(l.Port), Protocol: string(l.Protocol), Policy: aws.ToString(l.SslPolicy)}
			for _, c := range l.Certificates {
				made.Certificates = append(made.Certificates, aws.ToString(c.CertificateArn))
			}
			if forwards, made.Rules, err = rulesOf(ctx, api, aws.ToString(l.ListenerArn)); err != nil || !forwards {
				return false, err
			}
			f.Was.Listeners = append(f.Was.Listeners, made)
		}
	}
	slices.SortFunc(f.Was.Listeners, func(a, b action.ListenerSetup) int {
		return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol))
	})
	return true, nil
}

// rulesOf are the rules of a listener, the default one last, in words. Not forwards: one of them does something else.
func rulesOf(ctx context.Context, api access.ELBReads, listener string) (forwards bool, all []string, _ error) {
	pages := elb.NewDescribeRulesPaginator(api, &elb.DescribeRulesInput{ListenerArn: &listener})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, nil, fmt.Errorf("read the rules of listener %q: %w", listener, err)
		}
		for _, rule := range page.Rules {
			if !forwarding(rule.Actions) {
				return false, nil, nil
			}
			all = append(all, ruleText(rule))
		}
	}
	return true, all, nil
}

func forwarding(actions []types.Action) bool {
	return !slices.ContainsFunc(actions, func(a types.Action) bool { return a.Type != types.ActionTypeEnumForward })
}

// ruleText says a rule in a line.
func ruleText(r types.Rule) string {
	words := []string{aws.ToString(r.Priority)}
	for _, c := range r.Conditions {
		words = append(words, conditionText(c))
	}
	words = append(words, "->")
	for _, a := range r.Actions {
		words = append(words, forwardText(a)...)
	}
	return strings.Join(words, " ")
}

// conditionText leaves the values of headers and queries out: a header that only a distribution knows is a secret.
func conditionText(c types.RuleCondition) string {
	field := aws.ToString(c.Field)
	switch {
	case c.HttpHeaderConfig != nil:
		return field + " " + aws.ToString(c.HttpHeaderConfig.HttpHeaderName)
	case c.QueryStringConfig != nil:
		var keys []string
		for _, q := range c.QueryStringConfig.Values {
			keys = append(keys, aws.ToString(q.Key))
		}
		return field + " " + strings.Join(keys, "|")
	}
	values := c.Values
	switch {
	case c.HostHeaderConfig != nil:
		values = c.HostHeaderConfig.Values
	case c.PathPatternConfig != nil:
		values = c.PathPatternConfig.Values
	case c.SourceIpConfig != nil:
		values = c.SourceIpConfig.Values
	case c.HttpRequestMethodConfig != nil:
		values = c.HttpRequestMethodConfig.Values
	}
	return field + "=" + strings.Join(values, "|")
}

// forwardText names the target groups of an action, with their weights where there are several.
func forwardText(a types.Action) (groups []string) {
	name := func(arn *string) string {
		_, id, _ := strings.Cut(aws.ToString(arn), ":targetgroup/")
		return id
	}
	if a.ForwardConfig == nil || len(a.ForwardConfig.TargetGroups) < 2 {
		if a.TargetGroupArn == nil && a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) == 1 {
			return []string{name(a.ForwardConfig.TargetGroups[0].TargetGroupArn)}
		}
		return []string{name(a.TargetGroupArn)}
	}
	for _, g := range a.ForwardConfig.TargetGroups {
		groups = append(groups, fmt.Sprintf("%s:%d", name(g.TargetGroupArn), aws.ToInt32(g.Weight)))
	}
	return groups
}
