package iam

// Request is one call that a principal wants to make.
type Request struct {
	Action    string // ec2:TerminateInstances
	Resource  string // an ARN, or "*" for an action without resources
	Principal Principal
	Context   Context
}

// Policies are all policies that concern a request.
type Policies struct {
	Identity []Policy // attached to the principal; any of them may allow
	Boundary *Policy  // limits; nil: there is none
	Session  []Policy // limits, together; empty: there are none
	Trust    *Policy  // of the role to be assumed, or of a KMS key: what it does not grant is denied; nil for any other request
	Resource *Policy  // of any other resource: in one account it grants by itself, across accounts both sides have to; nil: there is none
	Owner    string   // account of the resource; it may be "" where there is neither Trust nor Resource: the principal's
	Controls Controls
}

// Effect is the outcome of an evaluation; its zero value is no permission.
type Effect int

const (
	ImplicitDeny Effect = iota // nothing allows it
	ExplicitDeny               // a statement forbids it
	Allowed
)

func (e Effect) String() string {
	return [...]string{"implicit deny", "explicit deny", "allowed"}[e]
}

// Source is the sort of policy that decided.
type Source string

const (
	IdentitySource Source = "identity-based policy"
	BoundarySource Source = "permissions boundary"
	SessionSource  Source = "session policy"
	TrustSource    Source = "resource-based policy" // what AWS calls a trust policy in its messages
	ServiceSource  Source = "service control policy"
	ResourceSource Source = "resource control policy"
)

// Decision is the answer and where it comes from: the statement that denies or allows, or, for an implicit deny, the
// sort of policy in which an allow is missing.
type Decision struct {
	Effect Effect
	By     Source
	Policy string // its Name, "" where nothing decided
	Sid    string
}

// Evaluate decides a request. A deny anywhere wins; else each sort of policy that limits has to allow it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func Evaluate(r Request, p Policies) Decision {
	r.Principal.bounded = p.Boundary != nil
	if d, found := p.denies(&r); found {
		return d
	}
	if d, found := p.Controls.stop(&r, p.Owner); found {
		return d
	}
	identity, granted := find(p.Identity, &r, false)
	identity.By = IdentitySource
	based, g := p.granted(&r)
	switch foreign := p.foreign(&r); {
	case g == NoGrant && (foreign || p.Trust != nil):
		return Decision{By: TrustSource}
	case g == DirectGrant && !foreign:
		return based
	case g == RoleGrant && !foreign:
		return p.limited(&r, based)
	case !granted:
		return Decision{By: IdentitySource}
	}
	return p.limited(&r, identity)
}

// foreign reports whether the resource belongs to another account than the principal. A policy of a resource whose owner
// is not said is another's.
func (p *Policies) foreign(r *Request) bool {
	owned := p.Owner != "" || p.Trust != nil || p.Resource != nil
	return owned && r.Principal.Account != p.Owner && r.Principal.Service == ""
}

// granted returns the strongest grant of the resource's own policy, and the statement that gives it.
func (p *Policies) granted(r *Request) (by Decision, best Grant) {
	for _, q := range []*Policy{p.Trust, p.Resource} {
		if q == nil {
			continue
		}
		for i := range q.statements {
			s := &q.statements[i]
			if g := s.grants(&r.Principal); g > best && !s.deny && s.applies(r) {
				best, by = g, Decision{Effect: Allowed, By: TrustSource, Policy: q.Name, Sid: s.sid}
			}
		}
	}
	return by, best
}

// limited returns what boundary and session policies leave of an allow.
func (p *Policies) limited(r *Request, allow Decision) Decision {
	if p.Boundary != nil {
		if _, ok := p.Boundary.find(r, false); !ok {
			return Decision{By: BoundarySource, Policy: p.Boundary.Name}
		}
	}
	if len(p.Session) > 0 {
		if _, ok := find(p.Session, r, false); !ok {
			return Decision{By: SessionSource}
		}
	}
	return allow
}

// denies looks for an explicit deny in every policy there is.
func (p *Policies) denies(r *Request) (Decision, bool) {
	if d, ok := find(p.Identity, r, true); ok {
		d.By = IdentitySource
		return d, true
	}
	if p.Boundary != nil {
		if d, ok := p.Boundary.find(r, true); ok {
			d.By = BoundarySource
			return d, true
		}
	}
	if d, ok := find(p.Session, r, true); ok {
		d.By = SessionSource
		return d, true
	}
	for _, q := range []*Policy{p.Trust, p.Resource} {
		if q == nil {
			continue
		}
		if d, ok := q.find(r, true); ok {
			d.By = TrustSource
			return d, true
		}
	}
	return p.Controls.deny(r, p.Owner)
}

// find returns the first statement of the wanted effect that applies.
func find(policies []Policy, r *Request, deny bool) (Decision, bool) {
	for i := range policies {
		if d, ok := policies[i].find(r, deny); ok {
			return d, true
		}
	}
	return Decision{}, false
}

func (p *Policy) find(r *Request, deny bool) (Decision, bool) {
	effect := Allowed
	if deny {
		effect = ExplicitDeny
	}
	for i := range p.statements {
		s := &p.statements[i]
		if s.deny == deny && s.names(&r.Principal) && s.applies(r) {
			return Decision{Effect: effect, Policy: p.Name, Sid: s.sid}, true
		}
	}
	return Decision{}, false
}
