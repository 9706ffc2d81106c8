package price

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/playbook"
)

// Balancer is a load balancer. https://aws.amazon.com/elasticloadbalancing/pricing/
type Balancer struct {
	Region    string
	Type      string // application, network, gateway, classic
	Addresses int    // public IPv4 ones that it holds: one a zone where it faces the internet
}

// Saving is what its end is worth, without the capacity units that nobody uses.
func (b Balancer) Saving(ctx context.Context, prices playbook.Prices) (playbook.Saving, error) {
	family, known := map[string]string{
		"application": "Load Balancer-Application", "network": "Load Balancer-Network", "gateway": "Load Balancer-Gateway", "classic": "Load Balancer",
	}[b.Type]
	if !known {
		return playbook.Saving{}, fmt.Errorf("load balancers of type %q: %w", b.Type, playbook.ErrNoPrice)
	}
	return sum(ctx, prices, []line{
		hours(1, playbook.PriceItem{Service: elb, Region: b.Region, Family: family, Usage: "LoadBalancerUsage"}),
		hours(b.Addresses, playbook.PriceItem{Service: vpc, Region: b.Region, Usage: "PublicIPv4:InUseAddress"}),
	})
}
