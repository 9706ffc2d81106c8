// Package iam is the policy language of AWS: it parses policies and decides requests by them, and knows nothing of riposte.
//
// What it can't evaluate exactly (BinaryEquals, NotPrincipal in an Allow, any unknown element or operator)
// is an error when the policy is parsed: a condition that is skipped would be permission that no policy gave.
package iam

import (
	"fmt"
	"strconv"
)

// Policy is a parsed policy, ready to be evaluated by any number of goroutines. Its zero value has no statements.
type Policy struct {
	Name       string // what a Decision calls it; free to set
	statements []statement
}

// Parse reads a policy that is attached to a principal: identity policy, permissions boundary or session policy. It is
// strict: a duplicate key, an unknown element or a Principal is an error that names statement and element. Variables are
// known only to Version 2012-10-17; a policy without Version is of 2008-10-17.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(document []byte) (Policy, error) { return parse(document, attached) }

// ParseTrust reads a role's trust policy: its statements have a Principal and no Resource.
func ParseTrust(document []byte) (Policy, error) { return parse(document, trust) }

// ParseResource reads the policy of any other resource, or a resource control policy: its statements have a Principal or
// NotPrincipal, and a Resource or NotResource.
func ParseResource(document []byte) (Policy, error) { return parse(document, resource) }

// form is where a policy stands; it decides which elements belong into it.
type form int

const (
	attached form = iota
	trust
	resource
)

func parse(document []byte, f form) (Policy, error) {
	root, err := readJSON(document)
	if err != nil {
		return Policy{}, fmt.Errorf("parse policy: %w", err)
	}
	if root.kind != objectNode {
		return Policy{}, fmt.Errorf("parse policy: it is %s, not an object", root.kind)
	}
	p, err := readPolicy(root, f)
	if err != nil {
		return Policy{}, fmt.Errorf("parse policy: %w", err)
	}
	return p, nil
}

func readPolicy(root node, f form) (Policy, error) {
	c := compiler{form: f}
	var statements []node
	for _, e := range root.fields {
		switch e.key {
		case "Version":
			if e.value.kind != stringNode || e.value.text != "2012-10-17" && e.value.text != "2008-10-17" {
				return Policy{}, fmt.Errorf("element Version must be \"2012-10-17\" or \"2008-10-17\"")
			}
			c.variables = e.value.text == "2012-10-17"
		case "Id":
			if e.value.kind != stringNode {
				return Policy{}, fmt.Errorf("element Id is %s, not a string", e.value.kind)
			}
		case "Statement":
			statements = e.value.items()
		default:
			return Policy{}, fmt.Errorf("unknown element %q", e.key)
		}
	}
	if len(statements) == 0 {
		return Policy{}, fmt.Errorf("it has no Statement")
	}
	var p Policy
	sids := map[string]bool{}
	for i, n := range statements { // AWS refuses two of one Sid
		s, err := c.statement(n)
		if err != nil {
			return Policy{}, fmt.Errorf("statement %d: %w", i+1, err)
		}
		if s.sid != "" && sids[s.sid] {
			return Policy{}, fmt.Errorf("statement %d: Sid %q is used twice", i+1, s.sid)
		}
		sids[s.sid] = true
		p.statements = append(p.statements, s)
	}
	return p, nil
}

// Concerning returns what a policy says of one action: a policy that decides its calls as the whole does, and sooner. Where the
// keys of two actions are the same, so is what it says of them.
func (p Policy) Concerning(action string) (of Policy, key string) {
	of.Name = p.Name
	any := textMatcher{{tokens: []token{{kind: manyToken}}}}
	for i, s := range p.statements {
		if s.actions.match(action, Context{}) == s.notActions {
			continue
		}
		s.actions, s.notActions = any, false
		of.statements = append(of.statements, s)
		key += strconv.Itoa(i) + " "
	}
	return of, key
}
