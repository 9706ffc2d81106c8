package reach

import (
	"maps"
	"slices"

	"github.com/ripostehq/riposte/iam"
)

// Outsider is a caller outside the organisation that a role's trust lets in.
type Outsider struct {
	Who   string // as the trust names it; "anybody"
	Role  string
	Sure  bool
	Hangs []string // keys that it hangs on
}

// Outsiders are all of them, in order.
func (g *Graph) Outsiders() (out []Outsider) {
	for _, who := range slices.Sorted(maps.Keys(g.trusts.outside)) {
		for _, r := range g.trusts.outside[who] {
			if r.answer != iam.No {
				out = append(out, Outsider{who, g.o.Principals[r.role].ARN, r.answer == iam.Yes, r.keys})
			}
		}
	}
	return out
}

// ComputeRoles are the roles with which something runs, or, of a kind that was not listed whole, may run.
func (g *Graph) ComputeRoles() (out []string) {
	runs := runs()
	has := newBits(len(g.o.Principals))
	for _, c := range g.o.Compute {
		if i, ok := g.byARN[c.Role]; ok {
			has.set(i)
		}
	}
	for account := range g.o.Accounts {
		for _, r := range runs {
			if p, ok := g.trusts.services[account][r.service]; ok && !g.o.Accounts[account].Listed[string(r.kind)] {
				p.may.each(func(i int) { has.set(g.spans[account].first + i) })
			}
		}
	}
	has.each(func(i int) { out = append(out, g.o.Principals[i].ARN) })
	return out
}

// Everybody are all principals, in the organisation's order.
func (g *Graph) Everybody() (out []string) {
	for _, p := range g.o.Principals {
		out = append(out, p.ARN)
	}
	return out
}

// Size is what a graph counts.
type Size struct {
	Accounts   int `json:"accounts"`
	Principals int `json:"principals"`
	Compute    int `json:"compute"`
	Documents  int `json:"documents"`
	Classes    int `json:"classes"`
	Sure       int `json:"edges_sure"` // pairs of principals, by each technique
	Possible   int `json:"edges_possible"`
}

// Size counts.
func (g *Graph) Size() Size {
	s := Size{Accounts: len(g.o.Accounts), Principals: len(g.o.Principals), Compute: len(g.o.Compute), Documents: len(g.documents) - 1, Classes: len(g.classes)}
	for _, c := range g.classes {
		for _, e := range c.gains {
			s.Sure += len(c.members) * e.sure.count()
			s.Possible += len(c.members) * e.may.count()
		}
	}
	for _, n := range g.nodes {
		for _, w := range n.ways {
			s.Possible++
			if w.answer == iam.Yes {
				s.Sure++
			}
		}
	}
	return s
}
