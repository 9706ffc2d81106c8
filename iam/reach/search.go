package reach

import "github.com/ripostehq/riposte/iam"

// MaxHops is how far a search may go.
const MaxHops = 10

// Query is what is searched for.
type Query struct {
	To   string // ARN of a principal; "" is any administrator
	Hops int    // at most, 1 to MaxHops; any other number is MaxHops
	Sure bool   // by sure ways alone
}

// Reach is which nodes come to the target of a query, in how many hops, and by which.
type Reach struct {
	g     *Graph
	query Query
	level []int8 // hops, -1 for never; by node
	next  []step
}

// step is the way that a node takes.
type step struct{ technique, to, through int } // through: the principal that is made stronger, where that is what is gained

// search holds what a level begins with: the nodes that the level before reached.
type search struct {
	*Reach
	front  bits   // principals, over the organisation
	local  []bits // likewise, by account
	twins  []bits // principals whose twin was reached, by account
	active []bool
	last   int8
	owners map[int][]int // twins: the principals that they stand for, by node
}

// Search goes backwards from the target, level by level, a hop each. Where the target is not there, nothing is reached.
func (g *Graph) Search(q Query) *Reach {
	if q.Hops <= 0 || q.Hops > MaxHops {
		q.Hops = MaxHops
	}
	r := &Reach{g: g, query: q, level: make([]int8, len(g.nodes)), next: make([]step, len(g.nodes))}
	s := &search{Reach: r, front: newBits(len(g.o.Principals)), owners: g.owners(), active: make([]bool, len(g.o.Accounts))}
	for i := range g.spans {
		s.local, s.twins = append(s.local, newBits(g.spans[i].n)), append(s.twins, newBits(g.spans[i].n))
	}
	for i := range r.level {
		r.level[i] = -1
	}
	for i := range g.nodes {
		if g.wanted(i, q) {
			s.enter(i, 0, step{-1, -1, -1})
		}
	}
	for l := 1; l <= q.Hops; l++ {
		arrived := s.arrivals()
		if len(arrived) == 0 {
			break
		}
		s.advance()
		for i, to := range arrived {
			s.enter(i, int8(l), to)
		}
	}
	return r
}

// wanted reports whether a node is what is searched for: an administrator, or the principal, whatever policies it has.
func (g *Graph) wanted(i int, q Query) bool {
	if g.nodes[i].gone {
		return false
	}
	if q.To != "" {
		return i < len(g.o.Principals) && g.nodes[i].ARN == q.To // what others become with any policy, they may share with a new principal
	}
	a := g.classes[g.nodes[i].class].admin
	return a == iam.Yes || a == iam.Maybe && !q.Sure
}

// owners are the principals that each twin stands for.
func (g *Graph) owners() map[int][]int {
	out := map[int][]int{}
	for i := range g.o.Principals {
		if t, ok := g.twins[i]; ok {
			out[t] = append(out[t], i)
		}
	}
	return out
}

func (s *search) enter(i int, level int8, to step) {
	s.level[i], s.next[i], s.last = level, to, level
	n := &s.g.nodes[i]
	s.active[n.Account] = true
	if i < len(s.g.o.Principals) {
		s.front.set(i)
		s.local[n.Account].set(i - s.g.spans[n.Account].first)
	}
	if s.query.To != "" && level == 0 && i < len(s.g.o.Principals) { // to make it stronger is to have it
		s.twins[n.Account].set(i - s.g.spans[n.Account].first)
	}
	for _, p := range s.owners[i] {
		s.twins[n.Account].set(p - s.g.spans[n.Account].first)
	}
}

// advance forgets the frontier.
func (s *search) advance() {
	clear(s.front)
	for i, active := range s.active {
		if active {
			clear(s.local[i])
			clear(s.twins[i])
		}
	}
	clear(s.active)
}

// arrivals are the nodes that come to the frontier in one step, and by which.
func (s *search) arrivals() map[int]step {
	out := map[int]step{}
	for _, c := range s.g.classes {
		open := false
		for _, m := range c.members {
			open = open || s.level[m] < 0
		}
		if !open {
			continue
		}
		to, hit := s.hit(c)
		for _, m := range c.members {
			if s.level[m] >= 0 {
				continue
			}
			if hit {
				out[m] = to
			} else if own, ok := s.own(m); ok {
				out[m] = own
			}
		}
	}
	return out
}

// hit is a step of a class to the frontier.
func (s *search) hit(c *class) (step, bool) {
	first := s.g.spans[c.account].first
	for _, e := range c.gains {
		b := e.of(s.query.Sure)
		switch {
		case e.wide:
			if i := b.first(s.front); i >= 0 {
				return step{e.technique, i, -1}, true
			}
		case !s.active[c.account]:
		case e.elevates:
			if i := b.first(s.twins[c.account]); i >= 0 {
				return step{e.technique, s.g.twins[first+i], first + i}, true
			}
		default:
			if i := b.first(s.local[c.account]); i >= 0 {
				return step{e.technique, first + i, -1}, true
			}
		}
	}
	return step{}, false
}

// own is a step by one of the node's own ways.
func (s *search) own(i int) (step, bool) {
	for _, w := range s.g.nodes[i].ways {
		if s.level[w.to] == s.last && (w.answer == iam.Yes || !s.query.Sure) {
			return step{w.technique, w.to, -1}, true
		}
	}
	return step{}, false
}
