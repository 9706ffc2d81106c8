package identity

import (
	"context"
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// network is an EC2 with an instance of two interfaces, one of them with IPv6 and a second address, and a NAT instance.
type network struct {
	access.Reads
	routes []types.Route // of the main table, over its own
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
		"eni-nat": {Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.3")}},
	}
	out := &ec2.DescribeNetworkInterfacesOutput{}
	for _, id := range in.Filters[0].Values {
		out.NetworkInterfaces = append(out.NetworkInterfaces, all[id])
	}
	return out, nil
}

func (n networkEC2) DescribeRouteTables(context.Context, *ec2.DescribeRouteTablesInput, ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
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
		"nowhere, since its interface is gone": {types.Route{DestinationCidrBlock: world, NetworkInterfaceId: aws.String("eni-gone"), State: types.RouteStateBlackhole}, false},
		"by the instance's own public address": {types.Route{DestinationCidrBlock: world, GatewayId: aws.String("igw-0a")}, false},
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
