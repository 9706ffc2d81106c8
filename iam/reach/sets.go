package reach

import (
	"slices"

	"github.com/ripostehq/riposte/iam"
)

// matchKey is what the resources that a clause speaks of are kept under.
type matchKey struct {
	clause iam.Clause
	in     *list
}

// allowed are the resources of a list on which the caller may do something by its own policies, as far as the limits let it.
func (q *question) allowed(l *list) pair {
	if !q.w.mask.has(q.action) {
		return newPair(len(l.arns))
	}
	t := *q
	t.target = true
	if l.limit != nil { // principals: a session's region is chosen, IAM's is known
		t.target = false
	}
	t.known = func(key string) bool { return l.decides(key) || q.knows(key) }
	var out pair
	for n := range t.choices() {
		n.known = func(key string) bool { return l.decides(key) || n.knows(key) }
		p := n.limited(n.said(n.w.docs, l), l)
		if out.may == nil {
			out = p
		} else {
			out.or(p)
		}
	}
	return out
}

// decides reports whether the list's targets say all there is to know of a key.
func (l *list) decides(key string) bool {
	return ofTarget(key) && (key != "aws:requestedregion" || l.limit == nil)
}

func (q *question) limited(p pair, l *list) pair {
	if q.w.boundary != nil && !p.may.empty() {
		p.and(q.said([]*document{q.w.boundary}, l))
	}
	for _, level := range q.w.levels {
		if p.may.empty() {
			break
		}
		p.and(q.said(level, l))
	}
	return p
}

// said is what documents say of a list: allowed, less denied.
func (q *question) said(docs []*document, l *list) pair {
	allow := newPair(len(l.arns))
	for _, d := range docs {
		q.collect(allow, d.says[q.action].allow, l)
	}
	if allow.may.empty() {
		return allow
	}
	var deny pair
	for _, d := range docs {
		if cs := d.says[q.action].deny; len(cs) > 0 {
			if deny.may == nil {
				deny = newPair(len(l.arns))
			}
			q.collect(deny, cs, l)
		}
	}
	if deny.may != nil {
		allow.sure.andNot(deny.may)
		allow.may.andNot(deny.sure)
	}
	return allow
}

// collect adds the resources that clauses speak of.
func (q *question) collect(out pair, cs []iam.Clause, l *list) {
	for _, c := range cs {
		m := q.matched(c, l)
		if m.may.empty() {
			continue
		}
		if !c.Conditional() {
			out.or(m)
			continue
		}
		keys := targetKeys(c, l)
		if len(keys) == 0 {
			a, _ := c.Conditions(q.x, q.known)
			add(out, m, a, nil)
			continue
		}
		for _, p := range l.split(keys) {
			if p.in.meets(m.may) {
				a, _ := c.Conditions(q.x.With(p.values), q.known)
				add(out, m, a, p.in)
			}
		}
	}
}

// add takes the resources of m, those of a part where one is given, as an answer has them.
func add(out, m pair, a iam.Answer, part bits) {
	for i := range out.may {
		w := ^uint64(0)
		if part != nil {
			w = part[i]
		}
		if a == iam.Yes {
			out.sure[i] |= m.sure[i] & w
		}
		if a != iam.No {
			out.may[i] |= m.may[i] & w
		}
	}
}

// targetKeys are the keys of a clause that the list's targets decide, in order.
func targetKeys(c iam.Clause, l *list) (out []string) {
	for _, k := range c.Keys() {
		if l.decides(k) {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// matched are the resources of a list that a clause speaks of, kept unless they hang on the caller.
func (q *question) matched(c iam.Clause, l *list) pair {
	key := matchKey{c, l}
	varies := c.Varies()
	if p, ok := q.g.shared.matches[key]; ok && !varies {
		return p
	}
	p := newPair(len(l.arns))
	shapes, ok := c.Shapes()
	switch {
	case c.Everything():
		p.sure = full(len(l.arns))
	case ok:
		for _, s := range shapes {
			if i, ok := l.exact[s.Text]; ok && !s.Prefix {
				p.sure.set(i)
			}
			if s.Prefix {
				l.prefixed(s.Text, p.sure.set)
			}
		}
	default:
		for i, arn := range l.arns {
			p.set(i, c.Resource(arn, q.x, q.known))
		}
	}
	p.may.or(p.sure)
	if !varies {
		q.g.shared.matches[key] = p
	}
	return p
}
