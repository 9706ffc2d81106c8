package config

import (
	"net/netip"

	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// ranges checks blocks of addresses; a single address is a block of one.
func (k checker) ranges(at strict.Node, blocks []string) (all playbook.Ranges) {
	for i, block := range blocks {
		p, err := netip.ParsePrefix(block)
		if a, single := netip.ParseAddr(block); single == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		switch at := at.At(i); {
		case err != nil || p.Addr().Zone() != "":
			at.Complain("%q is no block of addresses: want 203.0.113.0/24, 2001:db8::/48 or one address", block)
		case p.Addr().Is4In6():
			at.Complain("%q is an IPv4 block in IPv6's form: write it as IPv4", block)
		case p.Masked() != p:
			at.Complain("%q has bits beyond its length: want %s", block, p.Masked())
		case p.Addr().Is4() && p.Bits() < 8, p.Addr().Is6() && p.Bits() < 19:
			at.Complain("%q is wider than what one organisation has: whatever comes from the internet would count as its own", block)
		default:
			all = append(all, p)
		}
	}
	return all
}
