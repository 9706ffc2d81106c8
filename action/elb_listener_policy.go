package action

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// listenerPolicyKind chooses what a listener of TLS speaks. It is the author tier's: the right for it could send a listener's traffic elsewhere, too.
var listenerPolicyKind = Define[ListenerPolicy](Kind{
	Name: "elb.listener-policy", Version: 1, Does: "choose the security policy by which a load balancer's listener speaks TLS", Class: Mend, Tier: TierAuthor, Yields: true,
	WayBack: "elb.listener-policy",
	Reads:   []call.ID{call.ELBDescribeListeners, call.CloudWatchGetMetricData}, // the metrics for Regrets
	Writes:  []call.ID{call.ELBModifyListener},
})

// ListenerPolicy wants a listener to have one security policy in place of another. It is its own way back, with the policy that was.
type ListenerPolicy struct {
	Listener event.Resource // by its id, app/NAME/HEX/HEX
	Was      string         // what it has: with any other, it was changed since
	Policy   string         // ELBSecurityPolicy-...
	Since    time.Time      // from when on more failed handshakes than Most a day are regretted; zero: none are
	Most     float64
}

// About is the action as data.
func (p ListenerPolicy) About() About {
	return About{Kind: listenerPolicyKind, Target: p.Listener, Facet: "policy", Hits: fmt.Sprintf("clients of listener %s that do not speak what %s has", p.Listener.ID, p.Policy)}
}

// Look compares the policy.
func (p ListenerPolicy) Look(ctx context.Context, r access.Reads) (Look, error) {
	l, err := LookListener(ctx, r, p.Listener)
	switch {
	case err != nil:
		return Look{}, err
	case l == nil:
		return Look{Missing: "the listener is deleted"}, nil
	}
	switch has := aws.ToString(l.SslPolicy); has {
	case p.Policy:
		return Look{Satisfied: true}, nil
	case p.Was:
		return Look{Inverse: ListenerPolicy{Listener: p.Listener, Was: p.Policy, Policy: has}}, nil
	default:
		return Look{Refused: "its policy was changed since it was looked at: " + has}, nil
	}
}

// Do sets the policy and nothing else: what a call leaves out stays.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
func (p ListenerPolicy) Do(ctx context.Context, w access.Writes) error {
	_, err := w.ELB(p.Listener.Place()).ModifyListener(ctx, &elb.ModifyListenerInput{ListenerArn: aws.String(p.Listener.ARN()), SslPolicy: aws.String(p.Policy)})
	return Refused(fmt.Sprintf("set the policy of listener %q", p.Listener.ID), err)
}

// Regrets are a question to people: handshakes fail of strangers, too, who scan. It regrets where more failed on a day than ever before.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (p ListenerPolicy) Regrets(ctx context.Context, r access.Reads) (string, error) {
	if p.Since.IsZero() {
		return "", nil
	}
	from := p.Since.UTC().Truncate(24 * time.Hour)
	namespace, balancer := HandshakesOf(p.Listener)
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: aws.Time(from.Add(longestRun)), MetricDataQueries: []cwtypes.MetricDataQuery{{
		Id: aws.String("failed"), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{Namespace: &namespace, MetricName: aws.String(FailedHandshakes), Dimensions: []cwtypes.Dimension{{Name: aws.String("LoadBalancer"), Value: &balancer}}},
			Period: aws.Int32(24 * 60 * 60), Stat: aws.String("Sum"),
		},
	}}}
	for pages := cloudwatch.NewGetMetricDataPaginator(r.CloudWatch(p.Listener.Place()), in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("read the failed handshakes of listener %q: %w", p.Listener.ID, err)
		}
		for _, series := range out.MetricDataResults {
			for _, v := range series.Values {
				if v > p.Most {
					return fmt.Sprintf("more than %.0f handshakes a day fail at load balancer %s, which did not before: clients may speak old TLS alone", p.Most, balancer), nil
				}
			}
		}
	}
	return "", nil
}

// FailedHandshakes is CloudWatch's count of the clients that a balancer could not agree with.
const FailedHandshakes = "ClientTLSNegotiationErrorCount"

// HandshakesOf is where CloudWatch counts them: the namespace, and the balancer of a listener.
func HandshakesOf(listener event.Resource) (namespace, balancer string) {
	balancer = listener.ID[:max(strings.LastIndexByte(listener.ID, '/'), 0)]
	if strings.HasPrefix(balancer, "net/") {
		return "AWS/NetworkELB", balancer
	}
	return "AWS/ApplicationELB", balancer
}

// LookListener reads one listener; nil where there is none.
func LookListener(ctx context.Context, r access.Reads, l event.Resource) (*types.Listener, error) {
	out, err := r.ELB(l.Place()).DescribeListeners(ctx, &elb.DescribeListenersInput{ListenerArns: []string{l.ARN()}})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read listener %q: %w", l.ID, err)
	}
	for _, found := range out.Listeners {
		if aws.ToString(found.ListenerArn) == l.ARN() {
			return &found, nil
		}
	}
	return nil, nil
}
