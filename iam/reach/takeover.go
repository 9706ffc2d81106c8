package reach

import "github.com/ripostehq/riposte/iam"

// takeover are the roles of what exists, where all needs hold on it. Of a kind that was not listed whole, any role that trusts its
// service may be the role of one.
func (g *Graph) takeover(w *caller, t *Technique) pair {
	s := &g.spans[w.account]
	out := newPair(s.n)
	if l := g.kinds[w.account][t.Kind]; l != nil {
		got := g.onCompute(w, t, l)
		got.sure.each(func(i int) { roleOf(l, i, out, iam.Yes) })
		got.may.each(func(i int) { roleOf(l, i, out, iam.Maybe) })
	}
	if g.o.Accounts[w.account].Listed[string(t.Kind)] {
		return out
	}
	if trust, ok := g.trusts.services[w.account][runOf(t.Kind).service]; ok {
		if a, _ := g.unlisted(w, t); a != iam.No {
			out.may.or(trust.may)
		}
	}
	return out
}

func roleOf(l *list, i int, out pair, a iam.Answer) {
	if l.roles[i] >= 0 {
		out.set(l.roles[i], a)
	}
}

// onCompute are the resources of a list on which all needs hold.
func (g *Graph) onCompute(w *caller, t *Technique, l *list) pair {
	got := pair{full(len(l.arns)), full(len(l.arns))}
	for _, need := range t.Needs {
		best := newPair(len(l.arns))
		for _, a := range need {
			if a.On == New {
				answer := g.named(w, a)
				p := pair{full(len(l.arns)), full(len(l.arns))}
				p.atMost(answer.answer)
				best.or(p)
			} else if w.mask.has(g.index[a.Action]) {
				best.or(g.ask(w, g.index[a.Action], nil).allowed(l))
			}
		}
		got.and(best)
	}
	return got
}

// unlisted says whether all needs may hold on something that was not listed: on some name.
func (g *Graph) unlisted(w *caller, t *Technique) (iam.Answer, []string) {
	out, keys := iam.Maybe, []string{"whether there is a " + string(t.Kind)}
	for _, need := range t.Needs {
		anywhere := make([]Ask, len(need))
		for i, a := range need {
			if anywhere[i] = a; a.On == Target {
				anywhere[i].Form = runOf(t.Kind).form
			}
		}
		best := g.best(w, anywhere)
		if best.answer == iam.No {
			return iam.No, nil
		}
		keys = append(keys, best.keys...)
	}
	return out, keys
}

func runOf(k Kind) run {
	for _, r := range runs() {
		if r.kind == k {
			return r
		}
	}
	return run{}
}

// deputy are all roles of the account that trust a service and have a profile, where the needs hold on something that launches.
func (g *Graph) deputy(w *caller, t *Technique) pair {
	trust, ok := g.trusts.services[w.account][t.To]
	if !ok {
		return pair{}
	}
	answer := iam.No
	if l := g.kinds[w.account][t.Kind]; l != nil {
		got := g.onCompute(w, t, l)
		if !got.may.empty() {
			answer = iam.Maybe
		}
		if !got.sure.empty() {
			answer = iam.Yes
		}
	}
	if answer == iam.No && !g.o.Accounts[w.account].Listed[string(t.Kind)] {
		answer, _ = g.unlisted(w, t)
	}
	out := trust.copy()
	out.and(g.profiled(w.account))
	out.atMost(answer)
	return out
}
