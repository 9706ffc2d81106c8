package names

import (
	"net/netip"
	"strings"
)

// notPublic are IPv4 networks in which nobody has a public address of AWS's.
// https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
var notPublic = networks("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")

func networks(all ...string) (out []netip.Prefix) {
	for _, n := range all {
		out = append(out, netip.MustParsePrefix(n))
	}
	return out
}

// address reads a record's value that is an address; false where it is none. Of IPv6 none has a key: an address of a subnet's is given to nobody else.
func address(t string) ([]Key, bool) {
	a, err := netip.ParseAddr(t)
	if err != nil {
		return nil, false
	}
	if k, ok := addressKey(a); ok {
		return []Key{k}, true
	}
	return nil, true
}

// addressKey is in partition aws, whatever the address: no address is given twice.
func addressKey(a netip.Addr) (Key, bool) {
	if !a.Is4() {
		return Key{}, false
	}
	for _, n := range notPublic {
		if n.Contains(a) {
			return Key{}, false
		}
	}
	return Key{"aws", Address, "", a.String()}, true
}

// host reads the public name that EC2 gives an address: ec2-A-B-C-D.REGION.compute, or compute-1 in us-east-1.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
func host(s spelled) (Key, bool) {
	l := strings.Split(s.labels, ".")
	written, ok := strings.CutPrefix(l[0], "ec2-")
	if !ok {
		return Key{}, false
	}
	east := len(l) == 2 && l[1] == "compute-1" && s.domain.partitions[0] == "aws"
	elsewhere := len(l) == 3 && l[2] == "compute" && isRegion.MatchString(l[1])
	if elsewhere {
		_, elsewhere = s.in(l[1])
	}
	if !east && !elsewhere {
		return Key{}, false
	}
	a, err := netip.ParseAddr(strings.ReplaceAll(written, "-", "."))
	if err != nil {
		return Key{}, false
	}
	return addressKey(a)
}
