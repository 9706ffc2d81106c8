package webhook

import (
	"fmt"
	"net/netip"
)

// Public returns why nothing is sent to an address, nil where it is one of the public internet. Whoever may write the configuration, or the DNS of a
// host that it names, may not have riposte speak to what only this machine reaches: metadata services, a VPC's own, itself.
func Public(a netip.Addr) error {
	a = a.Unmap()
	if nat64.Contains(a) { // RFC 6052: the last four bytes are the address that is meant
		b := a.As16()
		return Public(netip.AddrFrom4([4]byte(b[12:])))
	}
	if a.Is6() && !global.Contains(a) {
		return fmt.Errorf("%s is not of the public internet", a)
	}
	for _, p := range special() {
		if p.Contains(a) {
			return fmt.Errorf("%s is not of the public internet", a)
		}
	}
	return nil
}

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	global = netip.MustParsePrefix("2000::/3") // all that is given out: https://www.iana.org/assignments/ipv6-address-space
)

// special are what the IANA keeps apart of what looks public. https://www.iana.org/assignments/iana-ipv4-special-registry, and -ipv6-
func special() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // 6to4 and Teredo hold addresses of IPv4
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}
