package inventory

import (
	"context"
	"fmt"
	"iter"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Listener is what a balancer listens on, with the balancer's tags: people tag those.
type Listener struct {
	types.Listener
	Tags map[string]string
}

// Listeners are those of application and network balancers, by app/NAME/HEX/HEX: a call a balancer, since AWS lists them by balancer alone.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
func Listeners() Type[Listener] {
	return Type[Listener]{
		Kind: event.Listener, Reads: []call.ID{call.ELBDescribeLoadBalancers, call.ELBDescribeTags, call.ELBDescribeListeners},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]Listener, error] {
			return func(yield func([]Listener, error) bool) {
				for page, err := range LoadBalancers().Pages(ctx, r, at) {
					for i := 0; i < len(page) && err == nil; i++ {
						var all []Listener
						if all, err = listenersOf(ctx, r.ELB(at), page[i]); err == nil && len(all) > 0 && !yield(all, nil) {
							return
						}
					}
					if err != nil {
						yield(nil, err)
						return
					}
				}
			}
		},
		ID:   func(l Listener) string { return listenerID(id(l.ListenerArn)) },
		Tags: func(l Listener) map[string]string { return l.Tags },
	}
}

// listenersOf has none of a balancer that was deleted since it was listed.
func listenersOf(ctx context.Context, api access.ELBReads, b LoadBalancer) (all []Listener, _ error) {
	if b.Type == types.LoadBalancerTypeEnumGateway {
		return nil, nil
	}
	pages := elb.NewDescribeListenersPaginator(api, &elb.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if access.Answered(err, "LoadBalancerNotFound") {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list the listeners of %q: %w", id(b.LoadBalancerArn), err)
		}
		for _, l := range page.Listeners {
			all = append(all, Listener{l, b.Tags})
		}
	}
	return all, nil
}

func listenerID(arn string) string {
	_, id, _ := strings.Cut(arn, ":listener/")
	return id
}
