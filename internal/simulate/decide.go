package simulate

import (
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// Answer is a decision about one call, and what it stands on.
type Answer struct {
	Action   string   `json:"action"`
	Resource string   `json:"resource"`
	Effect   string   `json:"effect"` // by the evaluator, what is not told being absent
	By       string   `json:"by,omitempty"`
	Policy   string   `json:"policy,omitempty"`
	Sid      string   `json:"sid,omitempty"`
	Says     []Saying `json:"statements"`
	// Hangs are condition keys that were not told and on which a statement hangs.
	Hangs []string `json:"hangs,omitempty"`
	// Beside is what decides too and was not read: the policy of a resource in another account.
	Beside string `json:"beside,omitempty"`
}

// Saying is a statement that speaks of the call, or may.
type Saying struct {
	Effect string   `json:"effect"`
	Source string   `json:"source"`
	Policy string   `json:"policy"`
	Sid    string   `json:"sid,omitempty"`
	Index  int      `json:"index"` // from 1
	Holds  string   `json:"holds"` // sure, possible
	Hangs  []string `json:"hangs,omitempty"`
}

// Decide decides one call. The keys are told beside those that the principal decides.
func (s Set) Decide(action, resource string, keys map[string]string) Answer {
	x := s.context.With(keys)
	r := iam.Request{Action: action, Resource: resource, Principal: s.principal, Context: x}
	all := s.about(action, resource)
	d := iam.Evaluate(r, all)
	out := Answer{Action: action, Resource: resource, Effect: d.Effect.String(), By: string(d.By), Policy: d.Policy, Sid: d.Sid, Says: []Saying{}}
	if all.Owner != s.principal.Account && all.Owner != "" && all.Trust == nil {
		out.Beside = "the resource is in account " + all.Owner + ", whose policy for it was not read: it has to allow the call too"
	}
	hangs := map[string]bool{}
	for _, part := range s.parts(all) {
		for i := range part.policies {
			allow, deny := part.policies[i].Clauses(action)
			for _, c := range slices.Concat(allow, deny) {
				said, ok := s.saying(c, resource, x)
				if !ok {
					continue
				}
				said.Source, said.Effect = part.source, "Allow"
				if slices.Contains(deny, c) {
					said.Effect = "Deny"
				}
				out.Says = append(out.Says, said)
				for _, k := range said.Hangs {
					hangs[k] = true
				}
			}
		}
	}
	out.Hangs = slices.Sorted(maps.Keys(hangs))
	return out
}

// about are the policies that decide a call.
func (s Set) about(action, resource string) iam.Policies {
	p := iam.Policies{Identity: s.policies, Boundary: s.boundary, Controls: s.controls, Owner: ownerOf(resource)}
	if text, ok := s.trusts[resource]; ok && strings.HasPrefix(strings.ToLower(action), "sts:assumerole") {
		trust := s.parse(text)
		p.Trust = &trust
	}
	return p
}

// part is one sort of policy.
type part struct {
	source   string
	policies []iam.Policy
}

func (s Set) parts(p iam.Policies) (out []part) {
	out = append(out, part{string(iam.IdentitySource), p.Identity})
	if p.Boundary != nil {
		out = append(out, part{string(iam.BoundarySource), []iam.Policy{*p.Boundary}})
	}
	if p.Trust != nil {
		out = append(out, part{string(iam.TrustSource), []iam.Policy{*p.Trust}})
	}
	for _, level := range p.Controls.Services {
		out = append(out, part{string(iam.ServiceSource), level})
	}
	return out
}

// saying is what a clause says of a call; false where it does not speak of it.
func (s Set) saying(c iam.Clause, resource string, x iam.Context) (Saying, bool) {
	known := s.tells(x)
	about := c.Resource(resource, x, known)
	holds, keys := c.Conditions(x, known)
	if about == iam.No || holds == iam.No || c.Principals() != nil && !c.Names(s.principal) {
		return Saying{}, false
	}
	return Saying{Policy: c.Policy(), Sid: c.Sid(), Index: c.Index() + 1, Holds: min(about, holds).String(), Hangs: distinct(keys)}, true
}

// tells reports whether all is known of a key: it was told, or a call of this principal never has it.
func (s Set) tells(x iam.Context) func(key string) bool {
	return func(key string) bool {
		_, told := x.Lookup(key)
		return told || s.absent[key] || strings.HasPrefix(key, "aws:principaltag/")
	}
}

func distinct(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// ownerOf is the account of an ARN, "" where it names none.
func ownerOf(resource string) string {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || strings.ContainsAny(parts[4], "*?") {
		return ""
	}
	return parts[4]
}
