package differential

import (
	"encoding/json"
	"net/netip"
	"strings"
)

// difference is a row of what is known to be decided otherwise: what AWS's text says, in our words, what each of both makes of it, and the case as
// the other sees it. Decided by package iam, the case so changed has to come out as the other says: that explains a difference, and nothing else does.
type difference struct {
	name, text, source string
	ours, theirs       string
	as                 func(c *testCase)
}

func differences() []difference {
	return []difference{
		{
			name:   "a variable without a value, negated",
			text:   "a key that is not in the request leaves a variable without a value; what then becomes of a negated operator or NotResource is not said",
			source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
			ours:   "nothing equals it, so that a negated operator and NotResource match",
			theirs: "a statement with it never matches",
			as:     func(c *testCase) { c.each(func(s *statement) { unresolved(c, s) }) },
		},
		{
			name:   "Principal \"*\" in the own account, beside a boundary",
			text:   "what a resource's policy grants to the ARN of a user or of a session is not limited by a boundary that does not allow it, what it grants to a role's ARN is; of \"*\" nothing is said",
			source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
			ours:   "the boundary limits what \"*\" grants",
			theirs: "it does not",
			as:     everybody,
		},
		{
			name:   "a grant to the very session, beside a session policy",
			text:   "what a resource's policy grants to the session's ARN is added after the session is made, beside what the session policy leaves",
			source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session",
			ours:   "not limited",
			theirs: "limited",
			as:     limitedSession,
		},
		{
			name:   "NotPrincipal that names a session and its account, and not its role",
			text:   "the account of who is excepted has to be named too; of an assumed role AWS may look at the account, then at the role, then at the session, so that the role should be named",
			source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
			ours:   "the deny holds",
			theirs: "the session is excepted",
			as:     func(c *testCase) { c.each(namesRole) },
		},
		{
			name:   "an IPv6 address under NotIpAddress with IPv4 networks",
			text:   "NotIpAddress means all addresses but those that are named",
			source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress",
			ours:   "an address of another family is not in the networks, so that it matches",
			theirs: "it does not match",
			as:     func(c *testCase) { c.each(func(s *statement) { families(c, s) }) },
		},
	}
}

// copied is a case of its own.
func (c testCase) copied() (out testCase) {
	b, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err)
	}
	out.Context = c.Context
	return out
}

// each visits all statements of a case.
func (c *testCase) each(visit func(*statement)) {
	all := [][]policy{c.Identity}
	all = append(append(all, c.Services...), c.Resources...)
	for _, l := range all {
		for i := range l {
			for k := range l[i].Statement {
				visit(&l[i].Statement[k])
			}
		}
	}
	for _, p := range []*policy{c.Boundary, c.Session, c.Based} {
		if p != nil {
			for k := range p.Statement {
				visit(&p.Statement[k])
			}
		}
	}
}

// never makes a statement match nothing.
func (s *statement) never() {
	if s.Condition == nil {
		s.Condition = conditions{}
	}
	s.Condition["NumericEquals"] = map[string][]string{"riposte:never": {"1"}}
}

// unknown reports whether a value has a variable without a value and without a default.
func (c *testCase) unknown(value string) bool {
	_, rest, found := strings.Cut(value, "${")
	key, _, _ := strings.Cut(rest, "}")
	if !found || strings.Contains(key, ",") {
		return false
	}
	v, ok := c.Context[key].(string)
	return !ok || v == ""
}

func unresolved(c *testCase, s *statement) {
	for _, r := range s.NotResource {
		if c.unknown(r) {
			s.never()
		}
	}
	for op, keys := range s.Condition {
		for _, values := range keys {
			for _, v := range values {
				if strings.Contains(op, "Not") && c.unknown(v) {
					s.never()
				}
			}
		}
	}
}

// everybody names the caller itself where "*" stands.
func everybody(c *testCase) {
	if c.Based == nil || c.Boundary == nil || c.Owner != home {
		return
	}
	for i := range c.Based.Statement {
		s := &c.Based.Statement[i]
		kinds, _ := s.Principal.(map[string]any)
		if s.Effect == "Allow" && (s.Principal == "*" || kinds["AWS"] == "*") {
			s.Principal = map[string]any{"AWS": c.Principal}
		}
	}
	if c.Session != nil { // which "*" does not lead past
		limitedSession(c)
		c.Boundary = nil
	}
}

// limitedSession names the role where its session stands.
func limitedSession(c *testCase) {
	if c.Based == nil || c.Session == nil {
		return
	}
	for i := range c.Based.Statement {
		s := &c.Based.Statement[i]
		if kinds, ok := s.Principal.(map[string]any); ok && s.Effect == "Allow" && kinds["AWS"] == session {
			s.Principal = map[string]any{"AWS": role}
		}
	}
}

// namesRole adds the role to those that are excepted with its session.
func namesRole(s *statement) {
	listed, _ := s.NotPrincipal["AWS"].([]any)
	for _, one := range listed {
		if one == session {
			s.NotPrincipal["AWS"] = append(listed, role)
		}
	}
}

func families(c *testCase, s *statement) {
	ip, _ := c.Context["aws:SourceIp"].(string)
	address, err := netip.ParseAddr(ip)
	if err != nil || !address.Is6() {
		return
	}
	for _, v := range s.Condition["NotIpAddress"]["aws:SourceIp"] {
		if n, err := netip.ParsePrefix(v); err == nil && n.Addr().Is4() {
			s.never()
		}
	}
}
