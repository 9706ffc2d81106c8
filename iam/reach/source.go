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
	s := Size{Accounts: len(g.o.Accounts), Principals: len(g.o.Principals), Compute: len(g.o.Compute), Documents: len(g.texts)}
	members := make([]int, len(g.classes))
	g.live(func(i int) {
		members[g.nodes[i].class]++
		for _, w := range g.nodes[i].ways {
			s.Possible++
			if w.answer == iam.Yes {
				s.Sure++
			}
		}
	})
	for i, n := range members {
		if n == 0 {
			continue
		}
		s.Classes++
		for _, e := range g.classes[i].gains {
			s.Sure += n * e.sure.count()
			s.Possible += n * e.may.count()
		}
	}
	return s
}

// live goes through the nodes that principals are or may become, each once.
func (g *Graph) live(f func(int)) {
	seen, known := make([]bool, len(g.nodes)), make([]bool, len(g.classes))
	stronger := make([]bits, len(g.o.Accounts))
	for i := range stronger {
		stronger[i] = newBits(g.spans[i].n)
	}
	var todo []int
	see := func(i int) {
		if !seen[i] {
			seen[i] = true
			todo = append(todo, i)
		}
	}
	for i := range g.o.Principals {
		see(i)
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		f(i)
		for _, w := range g.nodes[i].ways {
			see(w.to)
		}
		c := g.classes[g.nodes[i].class]
		if known[g.nodes[i].class] {
			continue
		}
		known[g.nodes[i].class] = true
		for _, e := range c.gains {
			if e.elevates {
				more := e.may.copy()
				more.andNot(stronger[c.account])
				stronger[c.account].or(more)
				more.each(func(p int) { see(g.twins[g.spans[c.account].first+p]) })
			}
		}
	}
}
