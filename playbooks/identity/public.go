package identity

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/playbook"
)

// inward reports whether a route leads to private addresses alone, where AWS's public endpoints are not.
func inward(r types.Route) bool {
	b, err := netip.ParsePrefix(cmp.Or(aws.ToString(r.DestinationCidrBlock), aws.ToString(r.DestinationIpv6CidrBlock)))
	return err == nil && slices.ContainsFunc(unrouted(), func(p netip.Prefix) bool { return p.Bits() <= b.Bits() && p.Contains(b.Addr()) })
}

// public reports whether a caller can have come by the internet from an address. From any other it came through an endpoint: AWS then has
// aws:VpcSourceIp in place of aws:SourceIp, and the record the endpoint's id.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip
// https://docs.aws.amazon.com/payment-cryptography/latest/userguide/vpc-endpoint.html
func public(a netip.Addr) bool { return a.IsGlobalUnicast() && !unrouted().Has(a) }

// unrouted are blocks that the internet does not route, so that any network may have them: of RFC 1918, and what clusters give to pods
// (100.64.0.0/10, 198.19.0.0/16), among them. https://www.iana.org/assignments/iana-ipv4-special-registry
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func unrouted() (all playbook.Ranges) {
	for _, b := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15",
		"240.0.0.0/4", "fc00::/7", "fe80::/10",
	} {
		all = append(all, netip.MustParsePrefix(b))
	}
	return all
}
