package reach

import (
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// question is one action of one caller, with what is known of the request and what the caller chose for it.
type question struct {
	g      *Graph
	w      *caller
	action int
	x      iam.Context
	target bool              // the context has what the resource decides: its tags, its region
	choice map[string]string // keys that the caller chose; an empty value is absence
	trust  *document         // of the role that is asked for
	known  func(key string) bool
}

// ask begins a question. What IAM is asked has a region of its own.
func (g *Graph) ask(w *caller, action int, more map[string]string) *question {
	q := &question{g: g, w: w, action: action, x: w.x}
	if strings.HasPrefix(g.actions[action], "iam:") {
		q.x = q.x.With(map[string]string{"aws:RequestedRegion": homeRegion(g.o.Accounts[w.account].partition())})
	}
	if len(more) > 0 {
		q.x = q.x.With(more)
	}
	q.known = q.knows
	return q
}

// homeRegion is where a partition's IAM is.
func homeRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// knows reports whether the context has all that there is to know of a key.
func (q *question) knows(key string) bool {
	switch {
	case strings.HasPrefix(key, "aws:principaltag/"):
		return !q.w.freelyTag
	case key == "aws:principalorgid" || key == "aws:resourceorgid":
		return q.g.o.ID != ""
	case key == "aws:requestedregion": // every request has one: it is known where it is given
		_, given := q.x.Lookup(key)
		return given
	case settled(key):
		return true
	case q.target && ofTarget(key):
		return true
	}
	_, picked := q.choice[key]
	return picked
}

// with is the question with other values in its context.
func (q *question) with(values map[string]string) *question {
	c := *q
	c.x = q.x.With(values)
	c.known = c.knows
	return &c
}

// at decides for one resource: the answer, and what a Maybe hangs on.
func (q *question) at(arn string) (iam.Answer, []string) {
	out, keys := q.one(q.w.docs, arn)
	if out == iam.No {
		return out, nil
	}
	return q.limits(arn, out, keys)
}

// limits takes from an answer what boundary and control policies do not let through.
func (q *question) limits(arn string, out iam.Answer, keys []string) (iam.Answer, []string) {
	if q.w.boundary != nil {
		a, k := q.one([]*document{q.w.boundary}, arn)
		out, keys = min(out, a), append(keys, k...)
	}
	for _, level := range q.w.levels {
		if out == iam.No {
			break
		}
		a, k := q.one(level, arn)
		out, keys = min(out, a), append(keys, k...)
	}
	if out == iam.No {
		return out, nil
	}
	return out, keys
}

// one is what a list of documents says of one resource: allowed, less denied.
func (q *question) one(docs []*document, arn string) (iam.Answer, []string) {
	allow, keys := q.best(docs, arn, func(s stance) []iam.Clause { return s.allow })
	if allow == iam.No {
		return allow, nil
	}
	deny, more := q.best(docs, arn, func(s stance) []iam.Clause { return s.deny })
	switch {
	case deny == iam.Yes:
		return iam.No, nil
	case deny == iam.Maybe:
		return iam.Maybe, append(keys, more...)
	}
	return allow, keys
}

func (q *question) best(docs []*document, arn string, of func(stance) []iam.Clause) (out iam.Answer, keys []string) {
	for _, d := range docs {
		for _, c := range of(d.says[q.action]) {
			a, k := q.clause(c, arn)
			if a > out {
				out, keys = a, nil
			}
			if a == out && a == iam.Maybe {
				keys = append(keys, k...)
			}
			if out == iam.Yes {
				return out, nil
			}
		}
	}
	return out, keys
}

func (q *question) clause(c iam.Clause, arn string) (iam.Answer, []string) {
	r := c.Resource(arn, q.x, q.known)
	if r == iam.No {
		return r, nil
	}
	a, keys := c.Conditions(q.x, q.known)
	if a != iam.No && r == iam.Maybe {
		keys = append(keys, "a variable of Resource")
	}
	return min(a, r), keys
}
