// Package paths says which principals come to administrator, and how, for people and scripts: as text, as JSON, and as a picture.
package paths

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam/reach"
)

// Where ways begin, beside the ARN of a principal.
const (
	Everybody = "everybody"
	Compute   = "compute" // what runs with a role
	Outside   = "outside" // a caller outside the organisation
)

// Administrator is where ways end, beside the ARN of a principal.
const Administrator = "admin"

// Query is what is asked.
type Query struct {
	From, To string
	Hops     int
	Sure     bool // sure ways alone
	Account  string
	Cut      bool
}

// Report is the answer. The JSON names are stable: scripts rely on them.
type Report struct {
	Ways    []Way
	Cut     []Removal
	Summary Summary
	role    string // what the principals are that ways lead to
}

// Way leads from a principal to what is asked for.
type Way struct {
	From      string   `json:"from"`
	To        string   `json:"to"`
	Hops      int      `json:"hops"`
	Certainty string   `json:"certainty"` // sure or possible
	Keys      []string `json:"keys"`      // what a possible way hangs on
	Steps     []Step   `json:"steps"`
}

// Step is one hop.
type Step struct {
	Technique  string            `json:"technique"`
	Refs       []string          `json:"refs,omitempty"` // of pathfinding.cloud
	Principal  string            `json:"principal"`
	Gains      string            `json:"gains"`
	With       string            `json:"with,omitempty"`
	Certainty  string            `json:"certainty"`
	Keys       []string          `json:"keys,omitempty"`
	Requests   []Request         `json:"requests"`
	Statements []reach.Statement `json:"statements"`
}

// Request is one call of a hop, as the evaluator decided it.
type Request struct {
	Action   string            `json:"action"`
	Resource string            `json:"resource"`
	Context  map[string]string `json:"context,omitempty"`
	Decision string            `json:"decision"`
}

// Removal is one thing to take away.
type Removal struct {
	Principal string     `json:"principal"`
	Technique string     `json:"technique"`
	Needs     [][]string `json:"needs"` // the actions of one of these lists are enough
}

// Summary counts.
type Summary struct {
	reach.Size
	Administrators int         `json:"administrators"`
	ReachSure      int         `json:"reach_sure"`
	ReachPossible  int         `json:"reach_possible"` // besides those that are sure
	Cut            int         `json:"cut"`
	Gaps           []reach.Gap `json:"gaps"`
	Unreadable     []reach.Gap `json:"unreadable"`
	Disagreements  int         `json:"disagreements"` // ways left out since the evaluator refuses a call that was thought sure
	Seconds        float64     `json:"seconds"`
}

const (
	sure     = "sure"
	possible = "possible"
)

func word(isSure bool) string {
	if isSure {
		return sure
	}
	return possible
}

// Ask answers a query. An error says that a principal it names is not there.
func Ask(g *reach.Graph, q Query) (Report, error) {
	from, entries, err := sources(g, q)
	if err != nil {
		return Report{}, err
	}
	to := q.To
	if to == Administrator {
		to = ""
	} else if !slices.Contains(g.Everybody(), to) {
		return Report{}, fmt.Errorf("no principal %q was read", to)
	}
	certain := g.Search(reach.Query{To: to, Hops: q.Hops, Sure: true})
	any := certain
	if !q.Sure {
		any = g.Search(reach.Query{To: to, Hops: q.Hops})
	}
	r := Report{Summary: Summary{Size: g.Size(), Administrators: len(any.Administrators()), Unreadable: g.Unread()}}
	if to == "" {
		r.role = "administrator "
	}
	w := writer{g: g, report: &r}
	for _, arn := range from {
		p, ok := certain.Path(arn)
		if !ok {
			p, ok = any.Path(arn)
		}
		if ok {
			w.path(p, nil)
		}
	}
	for _, e := range entries {
		w.entry(e, certain, any)
	}
	r.sort()
	if q.Cut {
		r.cut(any, from)
	}
	return r, nil
}

// sources are the principals that ways begin with, and callers that come in from outside.
func sources(g *reach.Graph, q Query) (from []string, entries []reach.Outsider, err error) {
	switch q.From {
	case Everybody:
		from = g.Everybody()
	case Compute:
		from = g.ComputeRoles()
	case Outside:
		entries = g.Outsiders()
	default:
		if from = []string{q.From}; !slices.Contains(g.Everybody(), q.From) {
			return nil, nil, fmt.Errorf("no principal %q was read", q.From)
		}
	}
	if q.Account != "" {
		elsewhere := func(arn string) bool { return !strings.Contains(arn, "::"+q.Account+":") }
		from = slices.DeleteFunc(from, elsewhere)
		entries = slices.DeleteFunc(entries, func(o reach.Outsider) bool { return elsewhere(o.Role) })
	}
	return from, entries, nil
}

// sort puts the most dangerous first: what is sure, then what is near.
func (r *Report) sort() {
	slices.SortStableFunc(r.Ways, func(a, b Way) int {
		return cmp.Or(-cmp.Compare(a.Certainty, b.Certainty), cmp.Compare(a.Hops, b.Hops))
	})
	for _, w := range r.Ways {
		if w.Certainty == sure {
			r.Summary.ReachSure++
		} else {
			r.Summary.ReachPossible++
		}
	}
}

// cut is the cheapest set of techniques to take away; nothing is known here of what is used, so that all cost the same.
func (r *Report) cut(of *reach.Reach, from []string) {
	for _, x := range of.Cut(from, func(string, string) int { return 1 }) {
		r.Cut = append(r.Cut, Removal{x.Principal, x.Technique, x.Needs})
	}
	r.Summary.Cut = len(r.Cut)
}
