package reach

import "github.com/ripostehq/riposte/iam"

// Hop is one step of a way.
type Hop struct {
	Technique string
	Refs      []string
	From      string // ARN of the principal that makes it
	Through   string // of the principal that is made stronger, "" where none is
	To        string // of what is gained
	With      string // what is more about what is gained: "any policy", ...
	Sure      bool
	from, to  int
	technique int
}

// Path is a way from a principal to the target of a search.
type Path struct {
	From string
	Hops []Hop
	Sure bool
}

// Principals are the ARNs of all that reach the target in at least one hop, in the organisation's order.
func (r *Reach) Principals() (out []string) {
	for i, p := range r.g.o.Principals {
		if r.level[i] > 0 {
			out = append(out, p.ARN)
		}
	}
	return out
}

// Administrators are the principals that the search began with.
func (r *Reach) Administrators() (out []string) {
	for i, p := range r.g.o.Principals {
		if r.level[i] == 0 {
			out = append(out, p.ARN)
		}
	}
	return out
}

// Level is how many hops a principal is away; -1 where it does not come there.
func (r *Reach) Level(arn string) int {
	i, ok := r.g.byARN[arn]
	if !ok {
		return -1
	}
	return int(r.level[i])
}

// Path is the way of a principal; false where there is none, or where it is the target.
func (r *Reach) Path(arn string) (Path, bool) {
	i, ok := r.g.byARN[arn]
	if !ok || r.level[i] <= 0 {
		return Path{}, false
	}
	out := Path{From: arn, Sure: true}
	for r.level[i] > 0 {
		h := r.g.hop(i, r.next[i])
		out.Hops, out.Sure = append(out.Hops, h), out.Sure && h.Sure
		i = r.next[i].to
	}
	out.Sure = out.Sure && (r.query.To != "" || r.g.classes[r.g.nodes[i].class].admin == iam.Yes)
	return out, true
}

func (g *Graph) hop(i int, s step) Hop {
	t := &g.table[s.technique]
	h := Hop{Technique: t.ID, Refs: t.Refs, From: g.nodes[i].ARN, To: g.nodes[s.to].ARN, from: i, to: s.to, technique: s.technique}
	if s.through >= 0 {
		h.Through, h.To = g.nodes[s.through].ARN, g.nodes[s.through].ARN
	}
	switch n := &g.nodes[s.to]; {
	case t.Gain == Create:
		h.With = "new, with any policy"
	case n.twin:
		h.With = "with any policy"
	case t.Gain == Unbound:
		h.With = "without its boundary"
	case t.Gain == Join:
		h.With = "in " + n.Groups[len(n.Groups)-1]
	case t.Gain == Revert:
		h.With = "with another version of a policy"
	}
	if t.Gain == Escalate {
		h.To = h.From
	}
	if g.nodes[s.to].twin && g.nodes[s.to].Boundary != None {
		h.With += ", within its boundary"
	}
	h.Sure = g.answer(i, s) == iam.Yes
	return h
}

// answer is how sure one step is.
func (g *Graph) answer(i int, s step) iam.Answer {
	best := iam.No
	for _, w := range g.nodes[i].ways {
		if w.technique == s.technique && w.to == s.to {
			best = max(best, w.answer)
		}
	}
	to := s.to
	if s.through >= 0 {
		to = s.through
	}
	for _, e := range g.classes[g.nodes[i].class].gains {
		if e.technique != s.technique || to >= len(g.o.Principals) {
			continue
		}
		at := to
		if !e.wide {
			at -= g.spans[g.nodes[i].Account].first
		}
		if at < 0 || at>>6 >= len(e.may) {
			continue
		}
		if e.sure.has(at) {
			return iam.Yes
		}
		if e.may.has(at) {
			best = max(best, iam.Maybe)
		}
	}
	return best
}

// AssumedBy are the principals of the organisation that may assume a role by its trust, in the organisation's order: surely, or at least
// possibly.
func (g *Graph) AssumedBy(arn string, sure bool) (out []string) {
	role, ok := g.byARN[arn]
	if !ok {
		return nil
	}
	for i := range g.o.Principals {
		found := false
		for _, w := range g.nodes[i].ways {
			found = found || w.to == role && g.table[w.technique].ID == "sts.assume-role" && (w.answer == iam.Yes || !sure)
		}
		for _, e := range g.classes[g.nodes[i].class].gains {
			found = found || e.wide && e.of(sure).has(role)
		}
		if found && i != role {
			out = append(out, g.o.Principals[i].ARN)
		}
	}
	return out
}
