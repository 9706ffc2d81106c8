package reach

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

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
	shared    *shared
	alike     map[string]*class // the first of each likeness
	classes   []*class
	classOf   map[string]int
	nodes     []node // principals in the organisation's order, then what they become
	variants  map[string]int
	twins     map[int]int // of principals that some principal can make stronger
	variety   map[int]int // variants of a principal
	any       int         // the text that allows everything
	texts     []int       // those of the organisation; documents has more where the graph was made of another
}

// shared is what the graphs that are made of one another look up together.
type shared struct {
	making  sync.Mutex
	matches map[matchKey]pair
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
	gone  bool  // it was a variant of a principal that has changed since
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
	of      *Graph // that may change it: others made of that one copy it before
	account int
	named   string // ARN of the one member, where some trust names it
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

// Build makes the graph of an organisation, of which the slices and maps are not changed any more. What is wrong with a document is no
// error: what hangs on it is possible, and Unread names it. An error says that the organisation itself is not one.
func Build(o Organisation) (*Graph, error) {
	g, err := draft(o)
	if err != nil {
		return nil, err
	}
	for i := range g.o.Texts {
		g.texts = append(g.texts, i)
	}
	g.any = g.o.Text(Text{Name: "any policy", JSON: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`})
	g.finish()
	return g, nil
}

// draft is the graph before anything is worked out.
func draft(o Organisation) (*Graph, error) {
	g := &Graph{o: o, table: Table(), actions: Actions(), index: map[string]int{}, byAccount: map[string]int{}, byARN: map[string]int{},
		shared: &shared{matches: map[matchKey]pair{}}, alike: map[string]*class{}, classOf: map[string]int{}, variants: map[string]int{}, twins: map[int]int{}, variety: map[int]int{}}
	for i, a := range g.actions {
		g.index[a] = i
	}
	g.o.Texts, g.o.known = slices.Clip(o.Texts), nil
	g.o.Principals = slices.Clone(o.Principals)
	slices.SortStableFunc(g.o.Principals, func(a, b Principal) int { return a.Account - b.Account })
	return g, g.check()
}

// finish works everything out.
func (g *Graph) finish() {
	g.read()
	g.lists()
	g.readTrusts()
	for i := range g.o.Principals {
		g.enter(node{Principal: g.o.Principals[i], base: i})
	}
	g.settle(0, 0)
}

// settle works out the ways of the nodes and the gains of the classes from these numbers on: each leads to further nodes, of further classes.
func (g *Graph) settle(ways, gains int) {
	for ways < len(g.nodes) || gains < len(g.classes) {
		for ; ways < len(g.nodes); ways++ {
			found := g.ownWays(ways)
			g.nodes[ways].ways = found
		}
		for ; gains < len(g.classes); gains++ {
			g.gain(g.own(gains))
		}
	}
	for _, c := range g.classes {
		if c.of == g {
			c.w.asked = nil // Why asks with callers of its own
		}
	}
}

// own is a class that may be changed, and whose caller may be asked.
func (g *Graph) own(i int) *class {
	c := g.classes[i]
	if c.of == g {
		return c
	}
	mine, w := *c, *c.w
	w.asked = map[Ask]named{}
	mine.of, mine.w, mine.members = g, &w, slices.Clone(c.members)
	g.classes[i] = &mine
	return &mine
}

// read compiles the texts that are not.
func (g *Graph) read() {
	for _, t := range g.o.Texts[len(g.documents):] {
		d := read(t)
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
	g.nodes = append(g.nodes, n)
	g.classify(len(g.nodes) - 1)
	return len(g.nodes) - 1
}

// classify puts a node into its class.
func (g *Graph) classify(i int) {
	n := &g.nodes[i]
	like := g.likeness(n)
	key := like
	_, named := g.trusts.named[n.ARN]
	if named || n.twin && len(g.trusts.telling) > 0 {
		key += " " + n.ARN
	}
	c, ok := g.classOf[key]
	if !ok {
		c = len(g.classes)
		g.classOf[key] = c
		g.classes = append(g.classes, &class{of: g, account: n.Account, w: g.caller(&n.Principal), like: like})
	}
	if n.class = c; named {
		g.own(c).named = n.ARN
	}
	k := g.own(c)
	k.members = append(k.members, i)
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
	if told, alone := g.apart(n); alone {
		b = append(append(b, ' '), n.ARN...)
	} else if len(told) > 0 {
		b = append(b, g.toldOf(n, told)...)
	}
	return string(b)
}

// apart are the clauses that tell a node from others with the same policies by their conditions; alone says that some policy may do so in
// any other way.
func (g *Graph) apart(n *node) (told []iam.Clause, alone bool) {
	look := func(t int) {
		d := g.documents[t]
		told, alone = append(told, d.tells...), alone || d.alone
	}
	for _, t := range n.Texts {
		look(t)
	}
	if n.Boundary >= 0 {
		look(n.Boundary)
	}
	for _, level := range g.o.Accounts[n.Account].Services {
		for _, t := range level {
			look(t)
		}
	}
	return told, alone
}

// toldOf is what clauses' conditions on the caller come to for a node: nodes for which they come to the same may do the same.
func (g *Graph) toldOf(n *node, told []iam.Clause) []byte {
	x, freely := g.facts(&n.Principal)
	b := []byte(" told ")
	if freely {
		b = append(b, "freely "...)
	}
	for _, c := range told {
		a, _ := c.Conditions(x, ofCaller)
		b = append(b, '0'+byte(a))
	}
	return b
}

// Unread are the documents of which a part could not be read, and why; and the principals of which not all was looked at.
func (g *Graph) Unread() (out []Gap) {
	for _, i := range g.texts {
		if d := g.documents[i]; d.wrong != nil && d.text.JSON != "" { // a text that is not there was named by the reader that missed it
			out = append(out, Gap{What: d.text.Name, Why: d.wrong.Error(), Failed: true})
		}
	}
	for _, i := range slices.Sorted(maps.Keys(g.variety)) {
		if g.variety[i] > maxVariants {
			out = append(out, Gap{What: g.o.Principals[i].ARN, Why: fmt.Sprintf("it may become more than %d others by groups and versions; the rest was not looked at", maxVariants), Failed: true})
		}
	}
	return out
}
