package identity

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// machine is an instance that runs.
type machine struct {
	id, vpc, subnet, profile string
	interfaces               []string
	runs, pending, ended     bool
	node                     bool      // of a cluster, whose containers may have ways out of their own
	launched                 time.Time // or started, which moves it
}

// instanceOf reads an instance; false where there is none, or one that has ended and has no network any more.
func instanceOf(ctx context.Context, r access.Reads, id event.Resource) (m machine, found bool, err error) {
	out, err := r.EC2(id.Place()).DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id.ID}})
	switch {
	case action.Missing(err), access.Answered(err, "InvalidInstanceID.Malformed"):
		return m, false, nil
	case err != nil:
		return m, false, fmt.Errorf("read instance %q: %w", id.ID, err)
	}
	if len(out.Reservations) == 0 || len(out.Reservations[0].Instances) == 0 || out.Reservations[0].Instances[0].VpcId == nil {
		return m, false, nil
	}
	return machineOf(out.Reservations[0].Instances[0]), true, nil // the one that was asked for
}

// machineOf is an instance as EC2 describes it.
func machineOf(i types.Instance) (m machine) {
	m.id, m.vpc, m.subnet, m.launched = aws.ToString(i.InstanceId), aws.ToString(i.VpcId), aws.ToString(i.SubnetId), aws.ToTime(i.LaunchTime)
	m.runs = i.State != nil && i.State.Name == types.InstanceStateNameRunning
	m.pending = i.State != nil && i.State.Name == types.InstanceStateNamePending
	m.ended = i.VpcId == nil || i.State != nil && i.State.Name == types.InstanceStateNameShuttingDown
	if i.IamInstanceProfile != nil {
		m.profile = aws.ToString(i.IamInstanceProfile.Arn)
	}
	for _, n := range i.NetworkInterfaces {
		m.interfaces = append(m.interfaces, aws.ToString(n.NetworkInterfaceId))
	}
	slices.Sort(m.interfaces)
	for _, t := range i.Tags {
		key := aws.ToString(t.Key)
		m.node = m.node || strings.HasPrefix(key, "kubernetes.io/cluster/") || strings.HasSuffix(key, "eks:cluster-name")
	}
	return m
}

// waysOut are those of an instance, by inventory.
type waysOut struct {
	aws    access.Reads
	at     event.Place // of the instance
	egress playbook.Ranges
	known  []netip.Addr
	blocks playbook.Ranges // that its interfaces were given, for what runs in containers
	doubt  string          // why there may be others
	direct bool            // a route leads to the internet by the instances' own addresses
}

// has reports whether a call from all these addresses, through an endpoint or none, came by the instance's own ways out.
func (w *waysOut) has(ctx context.Context, m machine, from []netip.Addr, endpoint string, f used) (bool, error) {
	if endpoint != "" {
		return w.through(ctx, m, endpoint)
	}
	subnets, err := w.ofInterfaces(ctx, m.interfaces)
	if err == nil {
		err = w.routed(ctx, m.vpc, subnets)
	}
	if err != nil {
		return false, err
	}
	if strings.Contains(f.From, ",") {
		w.doubt = "the record names several addresses, of which a proxy may have written some"
	}
	for _, a := range from {
		if !slices.Contains(w.known, a) && !w.egress.Has(a) && !w.blocks.Has(a) {
			if !public(a) {
				w.doubt = "the record names a private address and no endpoint: by what network it came is not known"
			}
			return false, nil
		}
	}
	return true, nil
}

// through reports whether an endpoint is one of the instance's network.
func (w *waysOut) through(ctx context.Context, m machine, endpoint string) (bool, error) {
	vpc, err := w.networkOf(ctx, endpoint)
	if err != nil || vpc == m.vpc {
		return err == nil, err
	}
	w.doubt = "the endpoint is not of the instance's network: it may be a central one, or a stranger's"
	return false, nil
}

// networkOf is the network of an endpoint, "" where the account does not show it.
func (w *waysOut) networkOf(ctx context.Context, endpoint string) (vpc string, err error) {
	out, err := w.aws.EC2(w.at).DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{endpoint}})
	switch {
	case access.Answered(err, "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed", "InvalidVpcEndpoint.NotFound"):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read endpoint %q: %w", endpoint, err)
	}
	for _, e := range out.VpcEndpoints {
		vpc = aws.ToString(e.VpcId)
	}
	return vpc, nil
}

// ofInterfaces adds the addresses of network interfaces, and returns the subnets that they are in.
func (w *waysOut) ofInterfaces(ctx context.Context, ids []string) (subnets []string, err error) {
	if len(ids) == 0 { // without any, EC2 would list them all
		w.doubt = "the instance shows no network interface"
		return nil, nil
	}
	pages := ec2.NewDescribeNetworkInterfacesPaginator(w.aws.EC2(w.at), &ec2.DescribeNetworkInterfacesInput{
		Filters: []types.Filter{{Name: aws.String("network-interface-id"), Values: ids}}, // by ids, one that is gone would fail the others
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read network interfaces: %w", err)
		}
		for _, n := range page.NetworkInterfaces {
			subnets = append(subnets, aws.ToString(n.SubnetId))
			if n.Association != nil { // the private addresses, which any network may have, prove nothing
				w.add(n.Association.PublicIp)
			}
			for _, p := range n.PrivateIpAddresses {
				if p.Association != nil {
					w.add(p.Association.PublicIp)
				}
			}
			for _, six := range n.Ipv6Addresses {
				w.add(six.Ipv6Address)
			}
			for _, delegated := range n.Ipv6Prefixes {
				if b, err := netip.ParsePrefix(aws.ToString(delegated.Ipv6Prefix)); err == nil && public(b.Addr()) {
					w.blocks = append(w.blocks, b)
				}
			}
		}
	}
	return subnets, nil
}

func (w *waysOut) add(address *string) {
	if a, err := netip.ParseAddr(aws.ToString(address)); err == nil && public(a) {
		w.known = append(w.known, a)
	}
}

// routed adds where the routes of the subnets lead out by others' addresses.
func (w *waysOut) routed(ctx context.Context, vpc string, subnets []string) error {
	var tables []types.RouteTable
	pages := ec2.NewDescribeRouteTablesPaginator(w.aws.EC2(w.at), &ec2.DescribeRouteTablesInput{Filters: []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read route tables of %q: %w", vpc, err)
		}
		tables = append(tables, page.RouteTables...)
	}
	var gateways, machines []string
	for _, subnet := range subnets {
		table := tableOf(tables, subnet)
		if table == nil {
			w.doubt = "the route table of subnet " + subnet + " can't be seen: where the instance goes out is not known"
			continue
		}
		for _, r := range table.Routes {
			by := aws.ToString(r.GatewayId)
			w.direct = w.direct || strings.HasPrefix(by, "igw-")
			switch {
			case r.State == types.RouteStateBlackhole, inward(r): // nothing goes out by it, at least not to AWS
			case r.NatGatewayId != nil:
				gateways = append(gateways, *r.NatGatewayId)
			case r.NetworkInterfaceId != nil:
				machines = append(machines, *r.NetworkInterfaceId)
			case by == "local", strings.HasPrefix(by, "igw-"), r.EgressOnlyInternetGatewayId != nil: // by the instance's own addresses
			case strings.HasPrefix(by, "vpce-") && r.DestinationPrefixListId != nil: // a service's own endpoint; any other is a firewall's
			default:
				w.doubt = "a route of the instance's network leads through another, whose ways out this account does not show: name them in organization.egress"
			}
		}
	}
	if len(machines) > 0 {
		before := len(w.known)
		if _, err := w.ofInterfaces(ctx, machines); err != nil {
			return err
		}
		if len(w.known) == before {
			w.doubt = "a route of the instance's network leads through a machine that has no public address here: name its ways out in organization.egress"
		}
	}
	slices.Sort(gateways)
	return w.translated(ctx, slices.Compact(gateways))
}

// tableOf is the route table that a subnet is associated with, else its network's main one.
func tableOf(tables []types.RouteTable, subnet string) (main *types.RouteTable) {
	for i, t := range tables {
		for _, a := range t.Associations {
			if aws.ToString(a.SubnetId) == subnet {
				return &tables[i]
			}
			if aws.ToBool(a.Main) {
				main = &tables[i]
			}
		}
	}
	return main
}

// translated adds the addresses of NAT gateways.
func (w *waysOut) translated(ctx context.Context, ids []string) error {
	for _, id := range ids {
		out, err := w.aws.EC2(w.at).DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{NatGatewayIds: []string{id}})
		switch {
		case access.Answered(err, "NatGatewayNotFound", "NatGatewayMalformed"):
			w.doubt = "NAT gateway " + id + " is not of this account: where the instance goes out is not known"
			continue
		case err != nil:
			return fmt.Errorf("read NAT gateway %q: %w", id, err)
		}
		for _, g := range out.NatGateways {
			if g.ConnectivityType == types.ConnectivityTypePrivate {
				w.doubt = "NAT gateway " + id + " is private: by what addresses its network goes out is not known"
			}
			for _, a := range g.NatGatewayAddresses {
				w.add(a.PublicIp)
			}
		}
	}
	return nil
}
