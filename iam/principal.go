package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Principal makes a request: here as far as a trust policy can name it.
type Principal struct {
	ARN     string // of the user, or of the role session (arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION)
	Role    string // ARN of the role behind a session, "" for others
	Account string
	Service string // of an AWS service that acts for itself: ec2.amazonaws.com
	bounded bool   // it has a permissions boundary; set by Evaluate
}

// Grant is how directly a trust policy names a principal; of several the strongest counts.
type Grant int

const (
	NoGrant      Grant = iota
	AccountGrant       // the account: its own policies have to allow it too
	RoleGrant          // the session's role, or any principal: boundary and session policy still limit it
	DirectGrant        // the very user, session or service: its own policies need not allow it
)

// principal is one entry of a Principal element.
type principal struct{ kind, value string }

func (c compiler) principal(n node) ([]principal, error) {
	if c.form == attached {
		return nil, errors.New("a policy that is attached to a principal names none")
	}
	if n.kind == stringNode && n.text == "*" {
		return []principal{{"AWS", "*"}}, nil
	}
	if n.kind != objectNode || len(n.fields) == 0 {
		return nil, errors.New(`it must be "*" or an object`)
	}
	var out []principal
	for _, e := range n.fields {
		if e.key != "AWS" && e.key != "Service" && e.key != "Federated" {
			return nil, fmt.Errorf("unknown kind %q", e.key)
		}
		values, err := texts(e.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.key, err)
		}
		for _, v := range values {
			if strings.Contains(v, "*") && v != "*" {
				return nil, fmt.Errorf("%s: %q: a wildcard may only stand alone", e.key, v)
			}
			out = append(out, principal{e.key, v})
		}
	}
	return out, nil
}

// notPrincipal reads the principals that a deny excepts; a "*" would except all, and AWS does not say what it does.
func (c compiler) notPrincipal(n node) ([]principal, error) {
	if c.form != resource {
		return nil, errors.New("it belongs into the policies of resources, and not of roles")
	}
	out, err := c.principal(n)
	if err == nil && slices.ContainsFunc(out, func(p principal) bool { return p.value == "*" }) {
		err = errors.New(`"*" is not supported here`)
	}
	return out, err
}

// names reports whether the statement speaks of the principal. A NotPrincipal speaks of a principal with a boundary whomever
// it excepts. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (s *statement) names(p *Principal) bool {
	switch {
	case s.principals == nil:
		return true
	case s.notPrincipals:
		return p.bounded || !s.excepts(p)
	}
	return s.grants(p) > NoGrant || slices.Contains(s.principals, principal{"AWS", "*"}) // a service is hit by it, if not granted
}

// excepts asks for each that AWS may look at, one after the other, to be named: the account, the role, the session or user.
func (s *statement) excepts(p *Principal) bool {
	if p.Service != "" {
		return s.grants(p) > NoGrant
	}
	account, role, self := false, p.Role == "", false
	for _, e := range s.principals {
		g := e.grants(p)
		account = account || e.kind == "AWS" && p.Account != "" && accountOf(e.value) == p.Account
		role = role || g == RoleGrant
		self = self || g == DirectGrant
	}
	return account && role && self
}

// grants returns the strongest way in which the statement names the principal.
func (s *statement) grants(p *Principal) (best Grant) {
	for _, e := range s.principals {
		best = max(best, e.grants(p))
	}
	return best
}

// grants follows "Principal" in the reference of policy elements, and for what each form gives past boundaries
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-request-context.html
func (e principal) grants(p *Principal) Grant {
	switch {
	case e.kind == "Service" && p.Service != "" && e.value == p.Service:
		return DirectGrant
	case e.kind != "AWS" || p.Service != "":
		return NoGrant
	case e.value == "*":
		return RoleGrant
	case e.value == p.ARN:
		return DirectGrant
	case p.Role != "" && e.value == p.Role:
		return RoleGrant
	case p.Account != "" && accountOf(e.value) == p.Account:
		return AccountGrant
	}
	return NoGrant
}

// accountOf returns the account that a value names as a whole, by its number or its root's ARN, else "".
func accountOf(v string) string {
	if len(v) == 12 && strings.Trim(v, "0123456789") == "" {
		return v
	}
	rest, ok := strings.CutSuffix(v, ":root")
	if !ok {
		return ""
	}
	i := strings.LastIndexByte(rest, ':')
	if !strings.HasPrefix(v, "arn:") || !strings.HasSuffix(rest[:i+1], ":iam::") {
		return ""
	}
	return rest[i+1:]
}
