package reach

import (
	"cmp"
	"slices"

	"github.com/ripostehq/riposte/iam"
)

// Removal is one thing to take away: a technique from a principal, for all its targets at once, which any one of its needs does.
type Removal struct {
	Principal string
	Technique string
	Needs     [][]string // the actions: of one of these lists, all have to go
	Price     int
}

// removable is what a cut is made of.
type removable struct{ base, technique int }

// Cut is the cheapest set of removals that leaves none of the sources, ARNs, a way to the target of the search. A principal that is the
// target itself has none to be taken. Where principals become others by groups, versions or boundaries the set is irredundant, and the
// cheapest but for what such a principal shares with what it was.
func (r *Reach) Cut(sources []string, price func(principal, technique string) int) (out []Removal) {
	n := &network{Reach: r, price: price, of: map[int]int{}, arcs: map[[2]int]int{}}
	source, sink := n.node(), n.node()
	n.sink = sink
	for _, arn := range sources {
		if i, ok := r.g.byARN[arn]; ok && r.level[i] > 0 {
			n.add(source, n.see(i), endless)
		}
	}
	for len(n.todo) > 0 {
		i := n.todo[0]
		n.todo = n.todo[1:]
		n.expand(i)
	}
	n.saturate(source, sink)
	chosen := map[removable]int{}
	for key, x := range n.arcs {
		if i := key[0]; n.flow.level[n.of[i]] >= 0 && n.flow.level[x] < 0 {
			chosen[removable{r.g.nodes[i].base, key[1]}] = n.priceOf(i, key[1])
		}
	}
	return r.irredundant(sources, chosen)
}

// network is the flow network of the ways from the sources.
type network struct {
	*Reach
	flow
	price func(principal, technique string) int
	sink  int
	of    map[int]int    // nodes of the graph
	arcs  map[[2]int]int // a technique of a node: the arc that a removal takes
	todo  []int
}

func (n *network) see(i int) int {
	if x, ok := n.of[i]; ok {
		return x
	}
	n.of[i] = n.node()
	n.todo = append(n.todo, i)
	return n.of[i]
}

// priceOf is what a technique costs to take away; what is made of any policy has nothing that could be.
func (n *network) priceOf(i, technique int) int {
	if g := n.g; !g.nodes[i].twin {
		return n.price(g.nodes[i].ARN, g.table[technique].ID)
	}
	return endless
}

// expand adds the arcs of a node. Those of one technique go through one arc of its price.
func (n *network) expand(i int) {
	if n.Reach.level[i] == 0 {
		n.add(n.of[i], n.sink, endless)
		return
	}
	n.g.steps(i, n.query.Sure, func(s step) {
		if n.Reach.level[s.to] < 0 {
			return
		}
		key := [2]int{i, s.technique}
		if _, ok := n.arcs[key]; !ok {
			n.arcs[key] = n.node()
			n.add(n.of[i], n.arcs[key], n.priceOf(i, s.technique))
		}
		n.add(n.arcs[key], n.see(s.to), endless)
	})
}

// steps goes through every step of a node.
func (g *Graph) steps(i int, sure bool, f func(step)) {
	for _, w := range g.nodes[i].ways {
		if w.answer == iam.Yes || !sure {
			f(step{w.technique, w.to, -1})
		}
	}
	c := g.classes[g.nodes[i].class]
	for _, e := range c.gains {
		first := g.spans[c.account].first
		if e.wide {
			first = 0
		}
		e.of(sure).each(func(k int) {
			to, through := first+k, -1
			if e.elevates {
				through = to
				to = g.twins[through]
			}
			if to != i {
				f(step{e.technique, to, through})
			}
		})
	}
}

// irredundant leaves out what is not needed, the dearest first.
func (r *Reach) irredundant(sources []string, chosen map[removable]int) (out []Removal) {
	var order []removable
	for x := range chosen {
		order = append(order, x)
	}
	slices.SortFunc(order, func(a, b removable) int {
		return cmp.Or(cmp.Compare(chosen[b], chosen[a]), cmp.Compare(a.base, b.base), cmp.Compare(a.technique, b.technique))
	})
	for _, x := range order {
		price := chosen[x]
		delete(chosen, x)
		if r.open(sources, chosen) {
			chosen[x] = price
		}
	}
	for _, x := range order {
		if price, kept := chosen[x]; kept {
			t := &r.g.table[x.technique]
			out = append(out, Removal{r.g.o.Principals[x.base].ARN, t.ID, t.actions(), price})
		}
	}
	slices.SortStableFunc(out, func(a, b Removal) int { return cmp.Compare(a.Principal, b.Principal) })
	return out
}

// open reports whether a source comes to the target without what is removed.
func (r *Reach) open(sources []string, removed map[removable]int) bool {
	seen := make([]bool, len(r.g.nodes))
	var queue []int
	for _, arn := range sources {
		if i, ok := r.g.byARN[arn]; ok && r.level[i] > 0 && !seen[i] {
			seen[i] = true
			queue = append(queue, i)
		}
	}
	for found := false; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		if r.level[i] == 0 {
			return true
		}
		r.g.steps(i, r.query.Sure, func(s step) {
			_, gone := removed[removable{r.g.nodes[i].base, s.technique}]
			if gone && !r.g.nodes[i].twin || seen[s.to] || r.level[s.to] < 0 {
				return
			}
			seen[s.to] = true
			queue = append(queue, s.to)
			found = found || r.level[s.to] == 0
		})
		if found {
			return true
		}
	}
	return false
}

func (t *Technique) actions() (out [][]string) {
	for _, need := range t.Needs {
		var one []string
		for _, a := range need {
			one = append(one, a.Action)
		}
		out = append(out, one)
	}
	return out
}
