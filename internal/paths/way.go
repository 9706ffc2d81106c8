package paths

import (
	"slices"

	"github.com/ripostehq/riposte/iam/reach"
)

// writer makes ways presentable; hops that several ways share are decided once.
type writer struct {
	g      *reach.Graph
	report *Report
	known  map[[3]string]explained
}

type explained struct {
	step      Step
	disagrees bool
}

// path adds a way, unless the evaluator contradicts it.
func (w *writer) path(p reach.Path, before []Step) {
	out := Way{From: p.From, Certainty: word(p.Sure), Keys: []string{}, Steps: slices.Clone(before)}
	for _, h := range p.Hops {
		e := w.explain(h)
		if e.disagrees {
			w.report.Summary.Disagreements++
			return
		}
		out.Steps = append(out.Steps, e.step)
	}
	w.add(out)
}

func (w *writer) add(out Way) {
	for _, s := range out.Steps {
		out.Keys = append(out.Keys, s.Keys...)
		if s.Certainty == possible {
			out.Certainty = possible
		}
	}
	slices.Sort(out.Keys)
	out.Keys = slices.Compact(out.Keys)
	out.From, out.To, out.Hops = out.Steps[0].Principal, out.Steps[len(out.Steps)-1].Gains, len(out.Steps)
	w.report.Ways = append(w.report.Ways, out)
}

// entry adds the way of a caller from outside the organisation.
func (w *writer) entry(o reach.Outsider, certain, any *reach.Reach) {
	first := Step{Technique: "sts.assume-role", Principal: o.Who, Gains: o.Role, Certainty: word(o.Sure), Keys: o.Hangs, Requests: []Request{}, Statements: []reach.Statement{}}
	p, ok := certain.Path(o.Role)
	if !ok {
		p, ok = any.Path(o.Role)
	}
	switch {
	case ok:
		w.path(p, []Step{first})
	case any.Level(o.Role) == 0:
		w.add(Way{Certainty: first.Certainty, Keys: []string{}, Steps: []Step{first}})
	}
}

func (w *writer) explain(h reach.Hop) explained {
	key := [3]string{h.From, h.Technique, h.To + " " + h.With}
	if e, ok := w.known[key]; ok {
		return e
	}
	calls, hangs, disagrees := w.g.Why(h)
	s := Step{Technique: h.Technique, Refs: h.Refs, Principal: h.From, Gains: h.To, With: h.With, Certainty: word(h.Sure), Requests: []Request{}, Statements: []reach.Statement{}}
	if !h.Sure {
		s.Keys = hangs
	}
	for _, c := range calls {
		s.Requests = append(s.Requests, Request{c.Action, c.Resource, c.Context, c.Decision.Effect.String()})
		for _, x := range c.Allows {
			if !slices.Contains(s.Statements, x) {
				s.Statements = append(s.Statements, x)
			}
		}
	}
	if w.known == nil {
		w.known = map[[3]string]explained{}
	}
	w.known[key] = explained{s, disagrees}
	return w.known[key]
}
