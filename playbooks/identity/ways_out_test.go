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
type network struct{ access.Reads }

type networkEC2 struct{ access.EC2Reads }

func (network) EC2(event.Place) access.EC2Reads { return networkEC2{} }

func (networkEC2) DescribeNetworkInterfaces(_ context.Context, in *ec2.DescribeNetworkInterfacesInput, _ ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
	all := map[string]types.NetworkInterface{
		"eni-0": {SubnetId: aws.String("subnet-a"), PrivateIpAddress: aws.String("10.0.0.5"), Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.1")}},
		"eni-1": {
			SubnetId: aws.String("subnet-b"), Ipv6Addresses: []types.NetworkInterfaceIpv6Address{{Ipv6Address: aws.String("2001:db8::5")}},
			PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{PrivateIpAddress: aws.String("10.0.1.6"), Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.2")}}},
		},
		"eni-nat": {Association: &types.NetworkInterfaceAssociation{PublicIp: aws.String("192.0.2.3")}},
	}
	out := &ec2.DescribeNetworkInterfacesOutput{}
	for _, id := range in.NetworkInterfaceIds {
		out.NetworkInterfaces = append(out.NetworkInterfaces, all[id])
	}
	return out, nil
}

func (networkEC2) DescribeRouteTables(context.Context, *ec2.DescribeRouteTablesInput, ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
	return &ec2.DescribeRouteTablesOutput{RouteTables: []types.RouteTable{
		{Associations: []types.RouteTableAssociation{{Main: aws.Bool(true)}}, Routes: []types.Route{{GatewayId: aws.String("local")}, {GatewayId: aws.String("igw-0a")}}},
		{Associations: []types.RouteTableAssociation{{SubnetId: aws.String("subnet-b")}}, Routes: []types.Route{{NetworkInterfaceId: aws.String("eni-nat")}}},
	}}, nil
}

func TestEveryWayOutOfAnInstanceIsItsOwn(t *testing.T) {
	for from, want := range map[string]bool{
		"192.0.2.1": true, "192.0.2.2": true, "2001:DB8:0:0::5": true, "192.0.2.3": true, "::ffff:192.0.2.3": true, "203.0.113.77": true, "192.0.2.1, 203.0.113.77": true,
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
