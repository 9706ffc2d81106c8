package reach

import (
	"iter"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// named is the answer to an ask about a name of the caller's choice: the name that was decided, and the question as it was asked.
type named struct {
	answer iam.Answer
	keys   []string
	arn    string
	q      *question
	ask    Ask
}

// best is the best answer to one need of which every ask is about a name of the caller's choice.
func (g *Graph) best(w *caller, need []Ask) (out named) {
	for _, a := range need {
		if n := g.named(w, a); n.answer > out.answer || out.q == nil {
			out = n
		}
		if out.answer == iam.Yes {
			return out
		}
	}
	return out
}

// maxNames bounds the names that are tried for one ask.
const maxNames = 64

// named decides an ask for a name that the caller chooses: names are made of the patterns of all that speaks of the action.
func (g *Graph) named(w *caller, a Ask) named {
	if n, ok := w.asked[a]; ok {
		return n
	}
	w.asked[a] = g.tryNames(w, a)
	return w.asked[a]
}

func (g *Graph) tryNames(w *caller, a Ask) named {
	q := g.ask(w, g.index[a.Action], nil)
	out := named{q: q, ask: a}
	if !w.mask.has(q.action) {
		return out
	}
	for n := range q.choices() {
		for arn := range n.names(a.Form) {
			if answer, keys := n.at(arn); answer > out.answer {
				out = named{answer, keys, arn, n, a}
			}
			if out.answer == iam.Yes {
				return out
			}
		}
	}
	return out
}

// names are those worth trying, of the form: any, then such as the policies speak of.
func (q *question) names(form string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if form == "" {
			yield("*")
			return
		}
		f := q.form(form)
		if !yield(strings.ReplaceAll(f, "*", "riposte")) {
			return
		}
		var out []string
		q.everySaid(func(s stance) {
			for _, c := range slices.Concat(s.allow, s.deny) {
				if len(out) < maxNames {
					out = append(out, c.Witnesses(f, q.x)...)
				}
			}
		})
		for _, arn := range out {
			if !yield(arn) {
				return
			}
		}
	}
}

// form is the ARN that resources of a service have, in the account and in the region that the caller chose.
func (q *question) form(form string) string {
	service, kind, _ := strings.Cut(form, ":")
	a := &q.g.o.Accounts[q.w.account]
	region, picked := q.choice["aws:requestedregion"]
	switch {
	case service == "iam":
		region = ""
	case !picked:
		region = homeRegion(a.partition())
	}
	return "arn:" + a.partition() + ":" + service + ":" + region + ":" + a.ID + ":" + kind + "*"
}

// administers says whether a caller is an administrator: may do what defines one, each on some name of its own choice, without having
// to bound what it makes.
func (g *Graph) administers(w *caller) iam.Answer {
	out := iam.Yes
	for _, action := range Administration() {
		n := g.named(w, Ask{Action: action, On: New, Form: formOf(action)})
		if out = min(out, n.answer); out == iam.No {
			break
		}
	}
	return out
}
