package reach

import (
	"maps"
	"slices"
)

// offered are the actions whose ways lead to what the account's groups and policies say, besides the principal's own.
func offered() []string {
	return []string{"iam:AddUserToGroup", "iam:SetDefaultPolicyVersion", "iam:CreateUser", "iam:CreateRole"}
}

// repoliced is the graph after principals have got other policies, and nothing else has changed: n has the organisation.
func (g *Graph) repoliced(n *Graph) *Graph {
	next := *g
	next.o, next.texts, next.any = n.o, n.texts, n.any
	next.documents = slices.Clip(g.documents)
	next.read()
	next.nodes, next.classes = slices.Clone(g.nodes), slices.Clone(g.classes)
	next.classOf, next.alike = maps.Clone(g.classOf), maps.Clone(g.alike)
	next.variants, next.twins, next.variety = maps.Clone(g.variants), maps.Clone(g.twins), maps.Clone(g.variety)
	u := update{Graph: &next, was: g, changed: map[int]bool{}}
	u.compare()
	u.apply()
	return &next
}

// update is what has to be worked out again.
type update struct {
	*Graph
	was     *Graph
	changed map[int]bool // principals
	ways    []int        // nodes that stay as they are, but for their ways
	gains   []int        // classes likewise
}

// compare finds it.
func (u *update) compare() {
	policies := newBits(len(u.o.Accounts)) // accounts in which other customer managed policies are attached
	for i := range u.o.Principals {
		was, now := &u.was.o.Principals[i], &u.o.Principals[i]
		if samePolicies(was, now) {
			continue
		}
		u.changed[i] = true
		if !slices.Equal(was.Managed, now.Managed) {
			policies.set(now.Account)
		}
	}
	offers := newBits(len(u.o.Accounts))
	for i := range u.o.Accounts {
		if !sameOffers(&u.was.o.Accounts[i], &u.o.Accounts[i]) {
			offers.set(i)
		}
	}
	if !offers.empty() {
		u.offer(offers)
	}
	for i, c := range u.classes {
		if policies.has(c.account) && c.w.mask.has(u.index["iam:CreatePolicyVersion"]) {
			u.gains = append(u.gains, i)
		}
	}
}

// offer marks the nodes to which groups and versions of their account matter.
func (u *update) offer(accounts bits) {
	asks := newBits(len(u.actions))
	for _, a := range offered() {
		asks.set(u.index[a])
	}
	for i := range u.nodes {
		n := &u.nodes[i]
		switch {
		case n.gone || !accounts.has(n.Account) || !u.classes[n.class].w.mask.meets(asks):
		case n.twin:
			u.ways = append(u.ways, i)
		default:
			u.changed[n.base] = true
		}
	}
}

// apply works it out: what the changed principals might have become is gone.
func (u *update) apply() {
	for i := range u.nodes {
		if n := &u.nodes[i]; u.changed[n.base] && !n.twin && !n.gone {
			u.leave(i)
		}
	}
	maps.DeleteFunc(u.variants, func(_ string, i int) bool { return u.nodes[i].gone })
	nodes, classes := len(u.nodes), len(u.classes)
	for _, i := range slices.Sorted(maps.Keys(u.changed)) {
		delete(u.variety, i)
		u.nodes[i] = node{Principal: u.o.Principals[i], base: i}
		u.classify(i)
		u.ways = append(u.ways, i)
	}
	for _, i := range u.gains {
		c := u.own(i)
		c.gains = nil
		delete(u.alike, c.like)
	}
	for _, i := range u.gains {
		u.gain(u.own(i))
	}
	for _, i := range u.ways {
		found := u.ownWays(i)
		u.nodes[i].ways = found
	}
	u.settle(nodes, classes)
}

// leave takes a node out of its class.
func (u *update) leave(i int) {
	n := &u.nodes[i]
	c := u.own(n.class)
	c.members = slices.DeleteFunc(c.members, func(m int) bool { return m == i })
	n.ways, n.gone = nil, i >= len(u.o.Principals)
}
