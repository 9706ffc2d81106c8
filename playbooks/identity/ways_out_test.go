package identity

import (
	"context"
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
)

// network is an EC2 with an instance of two interfaces, one of them with IPv6 and a second address, and a NAT instance.
type network struct {
	access.Reads
	routes []types.Route // of the main table, over its own
	unseen bool          // its route tables
}

type networkEC2 struct {
	access.EC2Reads
	network
}

func (n network) EC2(event.Place) access.EC2Reads { return networkEC2{network: n} }

func (networkEC2) DescribeNetworkInterfaces(_ context.Context, in *ec2.DescribeNetworkInterfacesInput, _ ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
	all := map[string]types.NetworkInterface{
		"eni-0": {SubnetId: aws.String("subnet-a"), PrivateIpAddress: aws.String("10.0.0.5"), Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.1")}},
		"eni-1": {
			SubnetId: aws.String("subnet-b"), Ipv6Prefixes: []types.Ipv6PrefixSpecification{{Ipv6Prefix: aws.String("2001:db8:0:0:1::/80")}}, Ipv6Addresses: []types.NetworkInterfaceIpv6Address{{Ipv6Address: aws.String("2001:db8::5")}},
			PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{PrivateIpAddress: aws.String("10.0.1.6"), Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.2")}}},
		},
		"eni-pods": {
			SubnetId: aws.String("subnet-a"), PrivateIpAddress: aws.String("100.64.0.9"), PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{PrivateIpAddress: aws.String("198.19.0.9")}},
			Ipv6Addresses: []types.NetworkInterfaceIpv6Address{{Ipv6Address: aws.String("fd00::5")}}, Ipv6Prefixes: []types.Ipv6PrefixSpecification{{Ipv6Prefix: aws.String("fd00:0:0:0:1::/80")}},
		},
		"eni-nat": {Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.3")}},
	}
	out := &ec2.DescribeNetworkInterfacesOutput{}
	for _, id := range in.Filters[0].Values {
		out.NetworkInterfaces = append(out.NetworkInterfaces, all[id])
	}
	return out, nil
}

func (n networkEC2) DescribeRouteTables(context.Context, *ec2.DescribeRouteTablesInput, ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
	if n.unseen {
		return &ec2.DescribeRouteTablesOutput{}, nil
	}
	if n.routes != nil {
		return &ec2.DescribeRouteTablesOutput{RouteTables: []types.RouteTable{{Associations: []types.RouteTableAssociation{{Main: aws.Bool(true)}}, Routes: n.routes}}}, nil
	}
	return &ec2.DescribeRouteTablesOutput{RouteTables: []types.RouteTable{
		{Associations: []types.RouteTableAssociation{{Main: aws.Bool(true)}}, Routes: []types.Route{{GatewayId: aws.String("local")}, {GatewayId: aws.String("igw-0a")}}},
		{Associations: []types.RouteTableAssociation{{SubnetId: aws.String("subnet-b")}}, Routes: []types.Route{{NetworkInterfaceId: aws.String("eni-nat")}}},
	}}, nil
}

func (networkEC2) DescribeNatGateways(context.Context, *ec2.DescribeNatGatewaysInput, ...func(*ec2.Options)) (*ec2.DescribeNatGatewaysOutput, error) {
	return &ec2.DescribeNatGatewaysOutput{NatGateways: []types.NatGateway{{ConnectivityType: types.ConnectivityTypePrivate}}}, nil
}

// Where the inventory can't say by what addresses a network goes out, a person is asked; what leads to no public address, or
// nowhere, says nothing.
func TestARouteThatLeadsElsewhereAsks(t *testing.T) {
	world := aws.String("0.0.0.0/0")
	for story, c := range map[string]struct {
		route types.Route
		asks  bool
	}{
		"by a private NAT gateway":             {types.Route{DestinationCidrBlock: world, NatGatewayId: aws.String("nat-private")}, true},
		"by a transit gateway":                 {types.Route{DestinationCidrBlock: world, TransitGatewayId: aws.String("tgw-0a")}, true},
		"by a transit gateway, to a list":      {types.Route{DestinationPrefixListId: aws.String("pl-0a"), TransitGatewayId: aws.String("tgw-0a")}, true},
		"by a gateway endpoint":                {types.Route{DestinationPrefixListId: aws.String("pl-0s3"), GatewayId: aws.String("vpce-0a")}, false},
		"by a peering, to the company's own":   {types.Route{DestinationCidrBlock: aws.String("10.0.0.0/8"), VpcPeeringConnectionId: aws.String("pcx-0a")}, false},
		"by a transit gateway, to pods":        {types.Route{DestinationCidrBlock: aws.String("100.64.0.0/10"), TransitGatewayId: aws.String("tgw-0a")}, false},
		"by a peering, to more than its own":   {types.Route{DestinationCidrBlock: aws.String("10.0.0.0/7"), VpcPeeringConnectionId: aws.String("pcx-0a")}, true},
		"nowhere, since its interface is gone": {types.Route{DestinationCidrBlock: world, NetworkInterfaceId: aws.String("eni-gone"), State: types.RouteStateBlackhole}, false},
		"by the instance's own public address": {types.Route{DestinationCidrBlock: world, GatewayId: aws.String("igw-0a")}, false},
		"within a network of public addresses": {types.Route{DestinationCidrBlock: aws.String("192.0.2.0/24"), GatewayId: aws.String("local")}, false},
		"by a firewall's endpoint":             {types.Route{DestinationCidrBlock: world, GatewayId: aws.String("vpce-0a")}, true},
		"by a NAT instance":                    {types.Route{DestinationCidrBlock: world, NetworkInterfaceId: aws.String("eni-nat")}, false},
		"by a machine of no public address":    {types.Route{DestinationCidrBlock: world, NetworkInterfaceId: aws.String("eni-pods")}, true},
		"by an egress-only gateway, for IPv6":  {types.Route{DestinationIpv6CidrBlock: aws.String("::/0"), EgressOnlyInternetGatewayId: aws.String("eigw-0a")}, false},
	} {
		w := waysOut{aws: network{routes: []types.Route{c.route}}}
		own, err := w.has(t.Context(), machine{vpc: "vpc-a", interfaces: []string{"eni-0"}}, sources("198.51.100.9"), "", used{From: "198.51.100.9"})
		if err != nil || own || (w.doubt != "") != c.asks {
			t.Errorf("%s: own %v, doubt %q, %v", story, own, w.doubt, err)
		}
	}
}

func TestEveryWayOutOfAnInstanceIsItsOwn(t *testing.T) {
	for from, want := range map[string]bool{
		"192.0.2.1": true, "192.0.2.2": true, "2001:DB8:0:0::5": true, "192.0.2.3": true, "::ffff:192.0.2.3": true, "203.0.113.77": true, "192.0.2.1, 203.0.113.77": true, "2001:db8:0:0:1::7": true,
		"192.0.2.4": false, "2001:db8::6": false, "192.0.2.1, 192.0.2.4": false, "10.0.0.9": false,
	} {
		w := waysOut{aws: network{}, egress: playbook.Ranges{netip.MustParsePrefix("203.0.113.0/24")}}
		got, err := w.has(t.Context(), machine{vpc: "vpc-a", interfaces: []string{"eni-0", "eni-1"}}, sources(from), "", used{From: from})
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", from, got, err, want)
		}
	}
}

// Any network may have a private or a shared address, the instance's own too: without an endpoint nothing is proved by it, and a person is asked.
func TestAPrivateAddressIsNoWayOut(t *testing.T) {
	for _, from := range []string{"10.0.0.5", "10.9.9.9", "100.64.0.9", "198.19.0.9", "169.254.1.1", "127.0.0.1", "fd00::5", "fe80::5", "::ffff:100.64.0.9", "0.0.0.0", "255.255.255.255"} {
		w := waysOut{aws: network{}}
		own, err := w.has(t.Context(), machine{vpc: "vpc-a", interfaces: []string{"eni-0", "eni-pods"}}, sources(from), "", used{From: from})
		if err != nil || own || w.doubt == "" {
			t.Errorf("%s: own %v, doubt %q, %v", from, own, w.doubt, err)
		}
	}
	w := waysOut{aws: network{}}
	own, err := w.ofNetwork(t.Context(), "vpc-a", []machine{{vpc: "vpc-a", interfaces: []string{"eni-pods"}}})
	if got := ranges(w.known, w.blocks); err != nil || own != "" || len(got) > 0 {
		t.Errorf("a lock would be to %v, by %q of its own, %v", got, own, err)
	}
}

func TestWhatIsNoAddressIsNoSource(t *testing.T) {
	for _, from := range []string{"", "AWS Internal", "ec2.amazonaws.com", "198.51.100.7.8", "a, b", "192.0.2.0/24"} {
		if got := sources(from); len(got) > 0 {
			t.Errorf("%q is %v", from, got)
		}
	}
}

// An instance that is not in one region is looked for there alone: the next call in its own region is another finding, which a
// dismissal does not clear.
func TestACallInAnotherRegionIsAnotherFinding(t *testing.T) {
	found := map[string]bool{}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		e := event.Event{Kind: event.Call, Partition: "aws", Region: region, SourceIP: "198.51.100.7", Actor: event.Actor{
			Kind: event.RoleActor, Partition: "aws", Account: "111122223333", ARN: "arn:aws:sts::111122223333:assumed-role/web/i-0a", PrincipalID: "AROAWEB:i-0a", Session: "i-0a",
			Issuer: "arn:aws:iam::111122223333:role/web", IssuerID: "AROAWEB",
		}}
		for _, s := range suspectUse(e, ElsewhereParams{}) {
			found[s.Facts.Found()[0]] = true
		}
	}
	if len(found) != 2 {
		t.Errorf("%d findings of two regions: %v", len(found), found)
	}
}

// A use from where all instances go out is spared: not one through an endpoint, nor one of which a part came from elsewhere.
func TestOnlyTheOrganisationsWaysOutAreSpared(t *testing.T) {
	o := playbook.Organization{Egress: playbook.Ranges{netip.MustParsePrefix("203.0.113.0/24")}}
	for _, c := range []struct {
		from, endpoint string
		spared         bool
	}{
		{"203.0.113.9", "", true}, {"203.0.113.9, 203.0.113.10", "", true}, {"203.0.113.9", "vpce-0a", false}, {"203.0.113.9, 198.51.100.7", "", false}, {"198.51.100.7", "", false},
		{"AWS Internal", "", false},
	} {
		said, _, err := used{From: c.from, Endpoint: c.endpoint}.Spared(t.Context(), event.Resource{}, o)
		if err != nil || (said != "") != c.spared {
			t.Errorf("%s %s: %q, %v", c.from, c.endpoint, said, err)
		}
	}
}

// Where the instance's interfaces or routes can't be seen, nothing is known of its ways out.
func TestAnInstanceWhoseNetworkCantBeSeenAsks(t *testing.T) {
	for story, c := range map[string]struct {
		network
		interfaces []string
	}{
		"no interfaces":   {network{}, nil},
		"no route tables": {network{unseen: true}, []string{"eni-0"}},
	} {
		w := waysOut{aws: c.network}
		own, err := w.has(t.Context(), machine{vpc: "vpc-a", interfaces: c.interfaces}, sources("198.51.100.9"), "", used{From: "198.51.100.9"})
		if err != nil || own || w.doubt == "" {
			t.Errorf("%s: own %v, doubt %q, %v", story, own, w.doubt, err)
		}
	}
}

// EC2 gives an instance that goes out by itself its address while it starts: its ways out are known afterwards. Behind a gateway it has none.
func TestAnInstanceThatIsBeingStartedHasNoAddressYet(t *testing.T) {
	starting := []machine{{id: "i-0a", vpc: "vpc-a", interfaces: []string{"eni-0"}, pending: true}}
	for story, c := range map[string]struct {
		route types.Route
		waits bool
	}{
		"by itself":         {types.Route{DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: aws.String("igw-0a")}, true},
		"by a NAT instance": {types.Route{DestinationCidrBlock: aws.String("0.0.0.0/0"), NetworkInterfaceId: aws.String("eni-nat")}, false},
	} {
		w := waysOut{aws: network{routes: []types.Route{c.route}}}
		if _, err := w.ofNetwork(t.Context(), "vpc-a", starting); (err != nil) != c.waits {
			t.Errorf("%s: %v", story, err)
		}
	}
	w := waysOut{aws: network{routes: []types.Route{{DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: aws.String("igw-0a")}}}}
	if _, err := w.ofNetwork(t.Context(), "vpc-a", []machine{{id: "i-0a", vpc: "vpc-a", interfaces: []string{"eni-0"}}}); err != nil {
		t.Errorf("one that runs: %v", err)
	}
}

func TestHowAnInstanceStands(t *testing.T) {
	for state, want := range map[types.InstanceStateName]machine{
		types.InstanceStateNameRunning: {runs: true}, types.InstanceStateNamePending: {pending: true}, types.InstanceStateNameStopped: {}, types.InstanceStateNameShuttingDown: {ended: true},
	} {
		m := machineOf(types.Instance{VpcId: aws.String("vpc-a"), State: &types.InstanceState{Name: state}})
		if m.runs != want.runs || m.pending != want.pending || m.ended != want.ended {
			t.Errorf("%s: %+v", state, m)
		}
	}
	if m := machineOf(types.Instance{State: &types.InstanceState{Name: types.InstanceStateNameTerminated}}); !m.ended {
		t.Errorf("one without a network: %+v", m)
	}
}

// What a service calls on behalf comes from the service, whatever address the record has.
func TestALockCutsOffNoCallOnBehalf(t *testing.T) {
	document, err := action.CredentialLock{WaysOut: []string{"192.0.2.1/32"}}.Document()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := iam.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	for from, c := range map[string]struct {
		by  string
		cut bool
	}{"198.51.100.7": {"", true}, "198.51.100.8": {"athena.amazonaws.com", false}, "192.0.2.1": {"", false}, "athena.amazonaws.com": {"", false}} {
		said, err := cuts(t.Context(), &waysOut{}, lock, event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}, machine{id: "i-0a", vpc: "vpc-a"},
			playbook.RecordedCall{Call: "s3:ListAllMyBuckets", From: from, InvokedBy: c.by})
		if err != nil || (said != "") != c.cut {
			t.Errorf("%s by %q: %q, %v", from, c.by, said, err)
		}
	}
}
