package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// Call is one request of a hop, decided by iam.Evaluate, and what it stands on.
type Call struct {
	Action   string
	Resource string
	As       string            // ARN of the caller; "" is the hop's From
	Context  map[string]string // what the caller chooses for it
	Decision iam.Decision
	Allows   []Statement // that allow it, or may
	Hangs    []string    // keys of conditions that no inventory tells
}

// Statement is where in a policy a decision stands.
type Statement struct {
	Policy string `json:"policy"`
	Sid    string `json:"sid,omitempty"`
	Index  int    `json:"index"` // from 1
}

// Why makes the calls of a hop: one for each need, the surest, and what else the hop hangs on. disagrees is true where a hop is sure and
// the evaluator refuses a call: a mistake in one of the two, for which no way should be shown.
func (g *Graph) Why(h Hop) (calls []Call, hangs []string, disagrees bool) {
	t := &g.table[h.technique]
	n := &g.nodes[h.from]
	w := g.caller(&n.Principal)
	if t.Maybe != "" {
		hangs = append(hangs, t.Maybe)
	}
	through := g.bestObject(w, t, g.objectsOf(h, t))
	for _, need := range t.Needs {
		c, ok := g.call(w, n, t, h, need, through)
		if !ok {
			continue
		}
		disagrees = disagrees || h.Sure && c.Decision.Effect != iam.Allowed
		hangs = append(hangs, c.Hangs...)
		calls = append(calls, c)
	}
	if !h.Sure && (t.Gain == Takeover || t.Gain == Deputy) && through == "" {
		hangs = append(hangs, "whether there is a "+string(t.Kind)+" with this role")
	}
	slices.Sort(hangs)
	return calls, slices.Compact(hangs), disagrees
}

// objectsOf are the resources by which a hop that takes over goes: those that run with the role, or what launches.
func (g *Graph) objectsOf(h Hop, t *Technique) (out []string) {
	account := g.nodes[h.from].Account
	l := g.kinds[account][t.Kind]
	if l == nil || t.Gain != Takeover && t.Gain != Deputy {
		return nil
	}
	for i, arn := range l.arns {
		if t.Gain == Deputy || l.roles[i] >= 0 && g.spans[account].first+l.roles[i] == h.to {
			out = append(out, arn)
		}
	}
	return out
}

// bestObject is the one on which the needs are met most surely; "" where on none.
func (g *Graph) bestObject(w *caller, t *Technique, objects []string) (best string) {
	most := iam.No
	for _, arn := range objects {
		answer := iam.Yes
		for _, need := range t.Needs {
			one := iam.No
			for _, a := range need {
				one = max(one, g.onObject(w, t, a, arn).answer)
			}
			answer = min(answer, one)
		}
		if answer > most {
			best, most = arn, answer
		}
		if most == iam.Yes {
			break
		}
	}
	return best
}

// onObject asks about something that runs with a role.
func (g *Graph) onObject(w *caller, t *Technique, a Ask, arn string) named {
	if a.On == New {
		return g.named(w, a)
	}
	l := g.kinds[w.account][t.Kind]
	q := g.ask(w, g.index[a.Action], l.all(l.exact[arn]))
	q.target = true
	answer, keys, as := q.over(arn)
	return named{answer, keys, arn, as, a}
}

// call is the surest call for one need.
func (g *Graph) call(w *caller, n *node, t *Technique, h Hop, need []Ask, through string) (best Call, ok bool) {
	var answer iam.Answer
	for _, a := range need {
		for _, p := range g.proposals(w, n, t, h, a, through) {
			if p.answer > answer || !ok && p.answer == answer && p.q != nil {
				best, answer, ok = g.decided(w, p, h), p.answer, true
			}
		}
	}
	return best, ok
}

// proposals are the requests that would do for one ask.
func (g *Graph) proposals(w *caller, n *node, t *Technique, h Hop, a Ask, through string) (out []named) {
	action := g.index[a.Action]
	over := func(q *question, arn string) {
		answer, keys, as := q.over(arn)
		out = append(out, named{answer, keys, arn, as, a})
	}
	target := h.to
	if h.Through != "" {
		target = g.byARN[h.Through]
	}
	switch {
	case a.Action == assumeRole && target < len(g.o.Principals):
		answer, keys, as := g.trusted(w, target)
		out = append(out, named{answer, keys, g.o.Principals[target].ARN, as, a})
	case t.Gain == Federate:
		for _, e := range g.federatedBy(target, t) {
			over(g.ask(w, action, nil), e)
		}
	case a.On == New, a.On == Target && t.Gain != Impersonate && t.Gain != Elevate && through == "":
		if a.On == Target {
			a.Form = runOf(t.Kind).form
		}
		out = append(out, g.named(w, a))
	case a.On == Target && through != "":
		out = append(out, g.onObject(w, t, a, through))
	case a.On == Passed:
		q := g.ask(w, action, g.merged(target, map[string]string{"iam:PassedToService": t.To}))
		q.target = true
		over(q, g.nodes[target].ARN)
	case a.On == Target:
		q := g.ask(w, action, g.everybody.all(target))
		q.target = true
		over(q, g.nodes[target].ARN)
	case a.On == OwnPolicy && t.Gain == Elevate:
		for _, arn := range g.objects(&g.nodes[target], a) {
			over(g.ask(w, action, nil), arn)
		}
	case a.On == AnyGroup:
		groups := g.nodes[h.to].Groups
		over(g.ask(w, action, nil), groups[len(groups)-1])
	default:
		for _, arn := range g.objects(n, a) {
			over(g.selfQuestion(w, n, a), arn)
		}
	}
	return out
}

func (g *Graph) merged(target int, more map[string]string) map[string]string {
	out := g.everybody.all(target)
	for k, v := range more {
		out[k] = v
	}
	return out
}

func (g *Graph) federatedBy(role int, t *Technique) (out []string) {
	p := &g.o.Principals[role]
	for provider, roles := range g.trusts.provider[p.Account] {
		if strings.Contains(provider, t.To) && roles.may.has(role-g.spans[p.Account].first) {
			out = append(out, provider)
		}
	}
	slices.Sort(out)
	return out
}

// decided asks the evaluator.
func (g *Graph) decided(w *caller, n named, h Hop) Call {
	q := n.q
	c := Call{Action: n.ask.Action, Resource: n.arn, Context: map[string]string{}, Hangs: n.keys}
	for k, v := range q.choice {
		if v != absent {
			c.Context[k] = v
		}
	}
	if v, ok := q.x.Lookup("iam:PassedToService"); ok {
		c.Context["iam:PassedToService"] = v
	}
	p := w.policies()
	p.Owner = accountOf(n.arn)
	if p.Owner == "" || p.Owner == "aws" {
		p.Owner = w.as.Account
	}
	target := h.to
	if h.Through != "" {
		target = g.byARN[h.Through]
	}
	if n.ask.Action == assumeRole && target < len(g.o.Principals) && g.o.Principals[target].Trust >= 0 {
		trust := g.documents[g.o.Principals[target].Trust].policy
		p.Trust = &trust
	}
	c.Decision = iam.Evaluate(iam.Request{Action: n.ask.Action, Resource: n.arn, Principal: w.as, Context: q.x}, p)
	c.Allows = q.allowing(n.arn)
	return c
}

// policies are the caller's, as the evaluator takes them.
func (w *caller) policies() (p iam.Policies) {
	for _, d := range w.docs {
		p.Identity = append(p.Identity, d.policy)
	}
	if w.boundary != nil {
		p.Boundary = &w.boundary.policy
	}
	for _, level := range w.levels {
		var l iam.Level
		for _, d := range level {
			l = append(l, d.policy)
		}
		p.Controls.Services = append(p.Controls.Services, l)
	}
	return p
}

// allowing are the statements of the caller's own policies that allow a request, or may.
func (q *question) allowing(arn string) (out []Statement) {
	for _, d := range q.w.docs {
		for _, c := range d.says[q.action].allow {
			if a, _ := q.clause(c, arn); a != iam.No {
				out = append(out, Statement{d.text.Name, c.Sid(), c.Index() + 1})
			}
		}
	}
	return out
}

func (s Statement) String() string {
	if s.Sid != "" {
		return fmt.Sprintf("%s, statement %s", s.Policy, s.Sid)
	}
	return fmt.Sprintf("%s, statement %d", s.Policy, s.Index)
}
