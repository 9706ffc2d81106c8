package reach

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ripostehq/riposte/iam"
)

// Graph has an edge from each principal to each that it gains. It is read by any number of goroutines once it is built, but for Search's
// results, which are the caller's.
type Graph struct {
	o         Organisation
	table     []Technique
	actions   []string
	index     map[string]int // of actions
	documents []*document
	byAccount map[string]int
	byARN     map[string]int // principals
	spans     []span
	everybody *list
	kinds     []map[Kind]*list // by account
	trusts    trusts
	matches   map[matchKey]pair
	alike     map[string]*class // the first of each likeness
	classes   []*class
	classOf   map[string]int
	nodes     []node // principals in the organisation's order, then what they become
	variants  map[string]int
	twins     map[int]int // of principals that some principal can make stronger
	variety   map[int]int // variants of a principal
	any       int         // the text that allows everything
	unread    []Gap
}

// span is the place of an account's principals among all.
type span struct {
	first, n int
	list     *list
	writable map[Kind]bits // principals of a kind that are not AWS's own
}

// node is a principal, or what one becomes.
type node struct {
	Principal
	class int
	base  int   // the principal that it is, or is made of; -1 of a new one
	twin  bool  // it has any policy
	ways  []way // of its own
}

// way leads from one node to another.
type way struct {
	technique int
	answer    iam.Answer
	to        int
}

// class is all nodes of an account that have the same policies: they gain the same.
type class struct {
	account int
	members []int
	w       *caller
	admin   iam.Answer
	gains   []gain
	like    string // what classes that gain the same, but for roles to assume, have in common
}

// gain is what a class gains by one technique: principals of its account, or of all.
type gain struct {
	technique int
	wide      bool // of the organisation
	elevates  bool // it gains their twins
	pair
}

// Build makes the graph of an organisation. What is wrong with a document is no error: what hangs on it is possible, and Unread names it.
// An error says that the organisation itself is not one.
func Build(o Organisation) (*Graph, error) {
	g := &Graph{o: o, table: Table(), actions: Actions(), index: map[string]int{}, byAccount: map[string]int{}, byARN: map[string]int{},
		matches: map[matchKey]pair{}, alike: map[string]*class{}, classOf: map[string]int{}, variants: map[string]int{}, twins: map[int]int{}, variety: map[int]int{}}
	for i, a := range g.actions {
		g.index[a] = i
	}
	g.o.Principals = slices.Clone(o.Principals)
	slices.SortStableFunc(g.o.Principals, func(a, b Principal) int { return a.Account - b.Account })
	if err := g.check(); err != nil {
		return nil, err
	}
	g.any = g.o.Text(Text{Name: "any policy", JSON: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`})
	g.read()
	g.lists()
	g.readTrusts()
	for i := range g.o.Principals {
		g.enter(node{Principal: g.o.Principals[i], base: i})
	}
	ways, gains := 0, 0
	for ways < len(g.nodes) || gains < len(g.classes) { // each leads to further nodes, of further classes
		for ; ways < len(g.nodes); ways++ {
			found := g.ownWays(ways)
			g.nodes[ways].ways = found
		}
		for ; gains < len(g.classes); gains++ {
			g.gain(g.classes[gains])
		}
	}
	for _, c := range g.classes {
		c.w.asked = nil // Why asks with callers of its own
	}
	return g, nil
}

// check refuses what can't be an organisation: the same account or ARN twice, numbers of nothing.
func (g *Graph) check() error {
	for i, a := range g.o.Accounts {
		if _, twice := g.byAccount[a.ID]; twice {
			return fmt.Errorf("account %q stands twice", a.ID)
		}
		g.byAccount[a.ID] = i
	}
	for i, p := range g.o.Principals {
		if _, twice := g.byARN[p.ARN]; twice {
			return fmt.Errorf("principal %q stands twice", p.ARN)
		}
		if p.Account < 0 || p.Account >= len(g.o.Accounts) {
			return fmt.Errorf("principal %q is of no account", p.ARN)
		}
		for _, t := range append([]int{p.Boundary, p.Trust}, p.Texts...) {
			if t >= len(g.o.Texts) {
				return fmt.Errorf("principal %q has policy number %d, which is not there", p.ARN, t)
			}
		}
		g.byARN[p.ARN] = i
	}
	return nil
}

func (g *Graph) read() {
	for _, t := range g.o.Texts {
		d, err := read(t)
		if err != nil && t.JSON != "" { // a text that is not there was named by the reader that missed it
			g.unread = append(g.unread, Gap{t.Name, err.Error()})
		}
		d.compile(g.actions)
		g.documents = append(g.documents, d)
	}
}

// lists sorts principals and compute into what is asked about together.
func (g *Graph) lists() {
	g.everybody = &list{limit: []string{}}
	g.spans, g.kinds = make([]span, len(g.o.Accounts)), make([]map[Kind]*list, len(g.o.Accounts))
	for i := range g.spans {
		g.spans[i].list, g.kinds[i] = &list{limit: []string{}}, map[Kind]*list{}
	}
	for i := range g.o.Principals {
		p := &g.o.Principals[i]
		s := &g.spans[p.Account]
		if s.n == 0 {
			s.first = i
		}
		s.n++
		for _, l := range []*list{s.list, g.everybody} {
			l.add(p.ARN, p.Tags)
			l.limit = append(l.limit, p.Limit)
		}
	}
	for _, c := range g.o.Compute {
		l := g.kinds[c.Account][c.Kind]
		if l == nil {
			l = &list{}
			g.kinds[c.Account][c.Kind] = l
		}
		l.add(c.ARN, c.Tags)
		l.roles = append(l.roles, g.local(c.Role, c.Account))
	}
	g.everybody.close()
	for i := range g.spans {
		g.spans[i].list.close()
		g.spans[i].writable = g.writable(&g.spans[i])
		for _, l := range g.kinds[i] {
			l.close()
		}
	}
}

func (g *Graph) writable(s *span) map[Kind]bits {
	out := map[Kind]bits{User: newBits(s.n), Role: newBits(s.n)}
	for i := range s.n {
		if p := &g.o.Principals[s.first+i]; !serviceLinked(p.ARN) && !reserved(p.ARN) && out[p.Kind] != nil {
			out[p.Kind].set(i)
		}
	}
	return out
}

// local is a role's place in its account, -1 where it is in another, or gone.
func (g *Graph) local(role string, account int) int {
	i, ok := g.byARN[role]
	if !ok || g.o.Principals[i].Account != account {
		return -1
	}
	return i - g.spans[account].first
}

// enter adds a node, to its class.
func (g *Graph) enter(n node) int {
	like := g.likeness(&n)
	key := like
	if _, named := g.trusts.named[n.ARN]; named || n.twin && len(g.trusts.telling) > 0 {
		key += " " + n.ARN
	}
	c, ok := g.classOf[key]
	if !ok {
		c = len(g.classes)
		g.classOf[key] = c
		g.classes = append(g.classes, &class{account: n.Account, w: g.caller(&n.Principal), like: like})
	}
	n.class = c
	g.nodes = append(g.nodes, n)
	g.classes[c].members = append(g.classes[c].members, len(g.nodes)-1)
	return len(g.nodes) - 1
}

// likeness is what nodes have in common that gain the same, but for roles whose trust names one of them.
func (g *Graph) likeness(n *node) string {
	texts := slices.Clone(n.Texts)
	slices.Sort(texts)
	b := []byte(n.Kind)
	for _, t := range append(slices.Compact(texts), -9, n.Boundary, n.Account) {
		b = strconv.AppendInt(append(b, ' '), int64(t), 36)
	}
	if serviceLinked(n.ARN) {
		b = append(b, " linked"...)
	}
	if g.apart(n) {
		b = append(append(b, ' '), n.ARN...)
	}
	return string(b)
}

// apart reports whether some policy may tell a node from others with the same policies.
func (g *Graph) apart(n *node) bool {
	for _, t := range n.Texts {
		if g.documents[t].own {
			return true
		}
	}
	if n.Boundary >= 0 && g.documents[n.Boundary].own {
		return true
	}
	for _, level := range g.o.Accounts[n.Account].Services {
		for _, t := range level {
			if g.documents[t].own {
				return true
			}
		}
	}
	return false
}

// Unread are the documents of which a part could not be read, and why.
func (g *Graph) Unread() []Gap { return g.unread }
