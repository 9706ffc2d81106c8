package reach

import (
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// gain works out all that a class gains by the table, but for the ways that its members have of their own.
func (g *Graph) gain(c *class) {
	like, seen := g.alike[c.like]
	if seen {
		c.admin = like.admin
	} else {
		g.alike[c.like] = c
		c.admin = g.administers(c.w)
	}
	assumed := newPair(len(g.o.Principals))
	passed := map[string]pair{}
	for ti := range g.table {
		t := &g.table[ti]
		if !g.mayBe(c.w, t) && t.ID != "sts.assume-role" {
			continue
		}
		if seen && !t.assumes() {
			g.inherit(c, like, ti)
			continue
		}
		var p pair
		switch t.Gain {
		case Impersonate, Elevate:
			if t.ID == "sts.assume-role" {
				assumed = g.assumes(c)
				c.keep(gain{technique: ti, wide: true, pair: assumed})
				continue
			}
			p = g.principals(c.w, t, assumed)
		case Pass:
			p = g.pass(c.w, t, passed)
		case Takeover:
			p = g.takeover(c.w, t)
		case Deputy:
			p = g.deputy(c.w, t)
		case Federate:
			p = g.federate(c.w, t)
		default:
			continue // a node's own way
		}
		if p.may != nil && t.Maybe != "" {
			p.atMost(iam.Maybe)
		}
		c.keep(gain{technique: ti, elevates: t.Gain == Elevate, pair: p})
		if t.Gain == Elevate && p.may != nil {
			p.may.each(func(i int) { g.strengthened(g.spans[c.account].first + i) })
		}
	}
}

// inherit gives a class what one that is alike gains by a technique. Where that was worked out for another graph, the principals that it
// makes stronger are not known in this one.
func (g *Graph) inherit(c, like *class, technique int) {
	for _, e := range like.by(technique) {
		c.gains = append(c.gains, e)
		if e.elevates && like.of != g {
			e.may.each(func(i int) { g.strengthened(g.spans[c.account].first + i) })
		}
	}
}

// by are the gains by one technique, which are read only.
func (c *class) by(technique int) (out []gain) {
	for _, e := range c.gains {
		if e.technique == technique {
			out = append(out, e)
		}
	}
	return out
}

// assumes reports whether a technique hangs on a role's trust in the caller.
func (t *Technique) assumes() bool {
	for _, need := range t.Needs {
		if assumable(need) {
			return true
		}
	}
	return false
}

func (c *class) keep(n gain) {
	if n.may != nil && !n.may.empty() {
		c.gains = append(c.gains, n)
	}
}

// mayBe is the quick look: of each need some action is allowed somewhere.
func (g *Graph) mayBe(w *caller, t *Technique) bool {
	for _, need := range t.Needs {
		ok := false
		for _, a := range need {
			ok = ok || w.mask.has(g.index[a.Action])
		}
		if !ok && !assumable(need) {
			return false
		}
	}
	return true
}

// assumable reports a need that a trust alone may meet.
func assumable(need []Ask) bool {
	for _, a := range need {
		if a.Action == assumeRole {
			return true
		}
	}
	return false
}

// principals are those of the account on which all needs hold.
func (g *Graph) principals(w *caller, t *Technique, assumed pair) pair {
	s := &g.spans[w.account]
	got := pair{full(s.n), full(s.n)}
	for _, need := range t.Needs {
		best := newPair(s.n)
		for _, a := range need {
			switch {
			case a.Action == assumeRole:
				best.or(assumed.part(s.first, s.n))
			case a.On == OwnPolicy:
				best.or(g.byPolicy(w, a))
			case w.mask.has(g.index[a.Action]):
				best.or(g.ask(w, g.index[a.Action], nil).allowed(s.list))
			}
		}
		if got.and(best); got.may.empty() {
			return pair{}
		}
	}
	fits := s.writable[t.Kind]
	got.and(pair{fits, fits})
	return got
}

// strengthened notes that some principal can put any policy on principal i.
func (g *Graph) strengthened(i int) {
	if _, ok := g.twins[i]; !ok {
		g.twins[i] = g.twinOf(g.o.Principals[i], i)
	}
}

// part are n numbers from first, counted from 0.
func (p pair) part(first, n int) pair {
	out := newPair(n)
	for i := range n {
		if p.may.has(first + i) {
			out.may.set(i)
			if p.sure.has(first + i) {
				out.sure.set(i)
			}
		}
	}
	return out
}

// byPolicy are the principals that have a customer managed policy on which an action is allowed.
func (g *Graph) byPolicy(w *caller, a Ask) pair {
	s := &g.spans[w.account]
	out := newPair(s.n)
	q := g.ask(w, g.index[a.Action], nil)
	answers := map[string]iam.Answer{}
	for i := range s.n {
		for _, arn := range g.o.Principals[s.first+i].Managed {
			if accountOf(arn) == "aws" {
				continue
			}
			answer, ok := answers[arn]
			if !ok {
				answer, _, _ = q.over(arn)
				answers[arn] = answer
			}
			out.set(i, answer)
		}
	}
	return out
}

// pass are the roles that the class passes to something new of a service, and that trust it.
func (g *Graph) pass(w *caller, t *Technique, passed map[string]pair) pair {
	s := &g.spans[w.account]
	trust, ok := g.trusts.services[w.account][t.To]
	if !ok {
		return pair{}
	}
	may, ok := passed[t.To]
	if !ok {
		may = g.ask(w, g.index["iam:PassRole"], map[string]string{"iam:PassedToService": t.To}).allowed(s.list)
		passed[t.To] = may
	}
	got := may.copy()
	if got.and(trust); got.may.empty() {
		return pair{}
	}
	made, _ := g.made(w, t)
	got.atMost(made)
	if t.To == ec2 && !t.Bare {
		got.and(g.profiled(w.account))
	}
	return got
}

// profiled are the roles that an instance profile has.
func (g *Graph) profiled(account int) pair {
	s := &g.spans[account]
	b := newBits(s.n)
	for i := range s.n {
		if g.o.Principals[s.first+i].Profile {
			b.set(i)
		}
	}
	return pair{b, b}
}

// made is what a technique's asks about names of the caller's choice come to.
func (g *Graph) made(w *caller, t *Technique) (iam.Answer, []string) {
	out := iam.Yes
	var keys []string
	for _, need := range t.Needs {
		if need[0].On != New {
			continue
		}
		best := g.best(w, need)
		if out = min(out, best.answer); out == iam.No {
			return out, nil
		}
		if best.answer == iam.Maybe {
			keys = append(keys, best.keys...)
		}
	}
	return out, keys
}

// federate are the roles that trust an identity provider which the class may rewrite.
func (g *Graph) federate(w *caller, t *Technique) pair {
	out := newPair(g.spans[w.account].n)
	for provider, roles := range g.trusts.provider[w.account] {
		if !strings.Contains(provider, t.To) {
			continue
		}
		best := iam.No
		for _, a := range t.Needs[0] {
			answer, _, _ := g.ask(w, g.index[a.Action], nil).over(provider)
			best = max(best, answer)
		}
		p := roles.copy()
		p.atMost(best)
		out.or(p)
	}
	return out
}
