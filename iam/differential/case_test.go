package differential

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// policy is a document as both evaluators get it.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect       string
	Principal    any            `json:",omitempty"` // "*", or kind to values
	NotPrincipal map[string]any `json:",omitempty"`
	Action       []string       `json:",omitempty"`
	NotAction    []string       `json:",omitempty"`
	Resource     []string       `json:",omitempty"`
	NotResource  []string       `json:",omitempty"`
	Condition    conditions     `json:",omitempty"`
}

// conditions are operator, key, values.
type conditions map[string]map[string][]string

// testCase is one request with all that decides it.
type testCase struct {
	Principal, Action, Resource, Owner string
	Context                            map[string]any // string or []string
	Identity                           []policy
	Boundary, Session, Based           *policy
	Services, Resources                [][]policy
}

// named is how iam-simulate wants policies.
type named struct {
	Name   string `json:"name"`
	Policy policy `json:"policy"`
}

type level struct {
	ID       string  `json:"orgIdentifier"`
	Policies []named `json:"policies"`
}

func list(policies ...policy) []named {
	out := []named{}
	for i, p := range policies {
		out = append(out, named{fmt.Sprint("p", i), p})
	}
	return out
}

func levels(l [][]policy) []level {
	out := []level{}
	for i, policies := range l {
		out = append(out, level{fmt.Sprint("ou-", i), list(policies...)})
	}
	return out
}

// asked is the case as iam-simulate takes it.
func (c testCase) asked() any {
	type m = map[string]any
	out := m{
		"request": m{
			"principal": c.Principal, "action": c.Action, "contextVariables": c.Context,
			"resource": m{"resource": c.Resource, "accountId": c.Owner},
		},
		"identityPolicies": list(c.Identity...), "serviceControlPolicies": levels(c.Services), "resourceControlPolicies": levels(c.Resources),
	}
	if c.Boundary != nil {
		out["permissionBoundaryPolicies"] = list(*c.Boundary)
	}
	if c.Session != nil {
		out["sessionPolicy"] = c.Session
	}
	if c.Based != nil {
		out["resourcePolicy"] = c.Based
	}
	return out
}

// decide asks package iam.
func (c testCase) decide() (string, error) {
	r := iam.Request{Action: c.Action, Resource: c.Resource, Principal: principalOf(c.Principal)}
	for k, v := range c.Context {
		switch v := v.(type) {
		case string:
			r.Context.Set(k, v)
		case []string:
			r.Context.SetAll(k, v)
		}
	}
	p := reader{}
	q := iam.Policies{Owner: c.Owner, Identity: p.all(c.Identity), Boundary: p.one(c.Boundary, iam.Parse)}
	if c.Session != nil {
		q.Session = p.all([]policy{*c.Session})
	}
	for _, l := range c.Services {
		q.Controls.Services = append(q.Controls.Services, p.all(l))
	}
	for _, l := range c.Resources {
		level := iam.Level{*p.one(&policy{Version: "2012-10-17", Statement: []statement{{Effect: "Allow", Principal: "*", Action: []string{"*"}, Resource: []string{"*"}}}}, iam.ParseResource)}
		for _, one := range l {
			level = append(level, *p.one(&one, iam.ParseResource))
		}
		q.Controls.Resources = append(q.Controls.Resources, level)
	}
	switch {
	case strings.HasPrefix(c.Action, "sts:"):
		q.Trust = p.one(c.Based, iam.ParseTrust)
	case strings.HasPrefix(c.Action, "kms:"):
		q.Trust = p.one(c.Based, iam.ParseResource)
	default:
		q.Resource = p.one(c.Based, iam.ParseResource)
	}
	if p.err != nil {
		return "", p.err
	}
	return map[iam.Effect]string{iam.Allowed: "Allowed", iam.ExplicitDeny: "ExplicitlyDenied", iam.ImplicitDeny: "ImplicitlyDenied"}[iam.Evaluate(r, q).Effect], nil
}

// reader parses policies and keeps the first error.
type reader struct{ err error }

func (r *reader) one(p *policy, parse func([]byte) (iam.Policy, error)) *iam.Policy {
	if p == nil {
		return nil
	}
	b, err := json.Marshal(p)
	if err == nil {
		var out iam.Policy
		if out, err = parse(b); err == nil {
			return &out
		}
	}
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", err, b)
	}
	return &iam.Policy{}
}

func (r *reader) all(policies []policy) (out []iam.Policy) {
	for i := range policies {
		out = append(out, *r.one(&policies[i], iam.Parse))
	}
	return out
}

func principalOf(arn string) iam.Principal {
	parts := strings.Split(arn, ":")
	p := iam.Principal{ARN: arn, Account: parts[4]}
	if role, ok := strings.CutPrefix(parts[5], "assumed-role/"); ok {
		p.Role = "arn:aws:iam::" + parts[4] + ":role/" + strings.Split(role, "/")[0]
	}
	return p
}
