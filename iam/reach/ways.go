package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// maxVariants bounds what one principal may become by groups and versions; further ones are left out, and Unread says so.
const maxVariants = 32

// ownWays are the ways by which a node makes itself stronger, or comes to roles whose trust tells callers of one class apart.
func (g *Graph) ownWays(i int) (out []way) {
	n := g.nodes[i]
	w := g.own(n.class).w
	for ti := range g.table {
		t := &g.table[ti]
		if n.twin && t.Gain != Create || t.Kind != "" && t.Kind != n.Kind || !g.mayBe(w, t) ||
			t.Center && g.o.Center != "" && g.o.Center != g.o.Accounts[n.Account].ID {
			continue
		}
		switch t.Gain {
		case Escalate:
			if a := g.onSelf(w, &n, t); a != iam.No {
				out = append(out, way{ti, a, g.twin(&n)})
			}
		case Create:
			out = append(out, g.creations(w, ti)...)
		case Unbound:
			if n.Boundary == None {
				continue
			}
			if a := g.onSelf(w, &n, t); a != iam.No {
				out = append(out, way{ti, a, g.variant(n, func(p *Principal) { p.Boundary, p.Limit = None, "" })})
			}
		case Join:
			out = append(out, g.joins(w, n, ti)...)
		case Revert:
			out = append(out, g.reverts(w, n, ti)...)
		}
	}
	return append(slices.DeleteFunc(out, func(x way) bool { return x.to < 0 || x.to == i }), g.tellingWays(i)...)
}

// tellingWays lead to the roles whose trust tells callers apart.
func (g *Graph) tellingWays(i int) (out []way) {
	n := &g.nodes[i]
	roles := slices.Concat(g.trusts.telling[g.o.Accounts[n.Account].ID], g.trusts.telling[""])
	if len(roles) == 0 {
		return nil
	}
	w := g.caller(&n.Principal)
	for _, r := range roles {
		if a, _, _ := g.trusted(w, r); a != iam.No && r != i {
			out = append(out, way{0, a, r})
		}
	}
	return out
}

// onSelf is what a technique's needs come to on the caller itself.
func (g *Graph) onSelf(w *caller, n *node, t *Technique) iam.Answer {
	out := iam.Yes
	if t.Maybe != "" {
		out = iam.Maybe
	}
	for _, need := range t.Needs {
		best := iam.No
		for _, a := range need {
			for _, arn := range g.objects(n, a) {
				answer, _, _ := g.selfQuestion(w, n, a).over(arn)
				best = max(best, answer)
			}
		}
		if out = min(out, best); out == iam.No {
			break
		}
	}
	return out
}

// objects are what an ask about oneself is asked about.
func (g *Graph) objects(n *node, a Ask) (out []string) {
	switch a.On {
	case Self:
		return []string{n.ARN}
	case OwnGroup:
		return n.Groups
	case OwnPolicy:
		return slices.DeleteFunc(slices.Clone(n.Managed), func(arn string) bool { return accountOf(arn) == "aws" })
	}
	return nil
}

// selfQuestion asks about the node itself: its tags are known, its boundary is the one that a request to attach meets.
func (g *Graph) selfQuestion(w *caller, n *node, a Ask) *question {
	more := map[string]string{"aws:ResourceAccount": g.o.Accounts[n.Account].ID}
	if a.On == Self {
		for k, v := range n.Tags {
			more["aws:ResourceTag/"+k], more["iam:ResourceTag/"+k] = v, v
		}
		if n.Limit != "" && !strings.Contains(a.Action, "Boundary") {
			more["iam:PermissionsBoundary"] = n.Limit
		}
	}
	q := g.ask(w, g.index[a.Action], more)
	q.target = a.On == Self
	return q
}

// twin is what a node is with any policy on it, its boundary and guardrails still holding.
func (g *Graph) twin(n *node) int {
	if n.twin {
		return -1
	}
	return g.twinOf(n.Principal, n.base)
}

func (g *Graph) twinOf(p Principal, base int) int {
	p.Texts, p.Managed, p.Groups = []int{g.any}, nil, nil
	n := node{Principal: p, base: base, twin: true}
	key := "twin " + g.likeness(&n)
	if _, named := g.trusts.named[p.ARN]; named || len(g.trusts.telling) > 0 {
		key += " " + p.ARN
	}
	if have, ok := g.variants[key]; ok {
		return have
	}
	g.variants[key] = g.enter(n)
	return g.variants[key]
}

// creations lead to a new principal with any policy: without a boundary where the caller may, else with one that its policies name.
func (g *Graph) creations(w *caller, ti int) (out []way) {
	t := &g.table[ti]
	kind := User
	if strings.HasSuffix(t.ID, "role") {
		kind = Role
	}
	a, _ := g.made(w, t)
	if t.Maybe != "" {
		a = min(a, iam.Maybe)
	}
	id := g.o.Accounts[w.account].ID
	p := Principal{ARN: "arn:" + g.o.Accounts[w.account].partition() + ":iam::" + id + ":" + string(kind) + "/riposte", Kind: kind, Account: w.account, Boundary: None, Trust: None}
	if a != iam.No {
		out = append(out, way{ti, a, g.twinOf(p, -1)})
	}
	if a == iam.Yes || t.Maybe != "" {
		return out
	}
	for _, limit := range g.limits(w, t.Needs[0][0].Action) {
		bound := *w
		bound.asked = map[Ask]named{}
		bound.x = w.x.With(map[string]string{"iam:PermissionsBoundary": limit})
		if a, _ := g.made(&bound, t); a != iam.No {
			p.Boundary, p.Limit = g.boundary(w.account, limit), limit
			out = append(out, way{ti, a, g.twinOf(p, -1)})
		}
	}
	return out
}

// limits are the boundaries that the caller's policies name for what it creates.
func (g *Graph) limits(w *caller, action string) (out []string) {
	g.ask(w, g.index[action], nil).everySaid(func(s stance) {
		for _, c := range slices.Concat(s.allow, s.deny) {
			for _, v := range c.Named("iam:permissionsboundary") {
				if !strings.ContainsAny(v, "*?$") && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	})
	return out
}

// boundary is the text of a policy that stands as a boundary: Gone where it is not known, which allows nothing.
func (g *Graph) boundary(account int, arn string) int {
	for _, m := range g.o.Accounts[account].Policies {
		if m.ARN == arn {
			return m.Text
		}
	}
	return Gone
}

// joins lead to what a user is in a further group.
func (g *Graph) joins(w *caller, n node, ti int) (out []way) {
	for _, group := range g.o.Accounts[n.Account].Groups {
		if slices.Contains(n.Groups, group.ARN) {
			continue
		}
		a, _, _ := g.ask(w, g.index["iam:AddUserToGroup"], nil).over(group.ARN)
		if a == iam.No {
			continue
		}
		out = append(out, way{ti, a, g.variant(n, func(p *Principal) {
			p.Texts, p.Managed = slices.Concat(p.Texts, group.Texts), slices.Concat(p.Managed, group.Managed)
			p.Groups = slices.Concat(p.Groups, []string{group.ARN})
		})})
	}
	return out
}

// reverts lead to what a principal is with another version of a policy that it has.
func (g *Graph) reverts(w *caller, n node, ti int) (out []way) {
	for _, m := range g.o.Accounts[n.Account].Policies {
		if !slices.Contains(n.Managed, m.ARN) || len(m.Earlier) == 0 {
			continue
		}
		a, _, _ := g.ask(w, g.index["iam:SetDefaultPolicyVersion"], nil).over(m.ARN)
		if a == iam.No {
			continue
		}
		for _, text := range m.Earlier {
			out = append(out, way{ti, a, g.variant(n, func(p *Principal) {
				p.Texts = append(slices.DeleteFunc(slices.Clone(p.Texts), func(t int) bool { return t == m.Text }), text)
			})})
		}
	}
	return out
}

// variant is a node with something changed; -1 where the principal has too many already.
func (g *Graph) variant(n node, change func(*Principal)) int {
	p := n.Principal
	change(&p)
	v := node{Principal: p, base: n.base}
	texts := slices.Clone(p.Texts)
	slices.Sort(texts)
	key := fmt.Sprint(n.base, " ", slices.Compact(texts), p.Boundary, p.Groups)
	if have, ok := g.variants[key]; ok {
		return have
	}
	if g.variety[n.base]++; g.variety[n.base] > maxVariants {
		return -1
	}
	g.variants[key] = g.enter(v)
	return g.variants[key]
}
