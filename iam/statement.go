package iam

import (
	"errors"
	"fmt"
	"strings"
)

// statement is one compiled statement.
type statement struct {
	sid           string
	deny          bool
	principals    []principal // of the policies of resources
	notPrincipals bool        // principals are those it does not concern
	actions       textMatcher
	notActions    bool // actions are those it does not concern
	resources     textMatcher
	notResources  bool
	conditions    []condition // all of them must hold
}

// applies reports whether the statement speaks of the request; the principal is looked at apart.
func (s *statement) applies(r *Request) bool {
	if s.actions.match(r.Action, r.Context) == s.notActions {
		return false
	}
	if s.resources != nil && s.resources.match(r.Resource, r.Context) == s.notResources {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r.Context) {
			return false
		}
	}
	return true
}

// compiler turns parsed JSON into statements, by the rules of the policy's form and version.
type compiler struct {
	form      form
	variables bool
}

func (c compiler) statement(n node) (statement, error) {
	if n.kind != objectNode {
		return statement{}, fmt.Errorf("it is %s, not an object", n.kind)
	}
	var s statement
	seen := map[string]bool{}
	for _, e := range n.fields {
		if err := c.element(&s, e); err != nil {
			return statement{}, fmt.Errorf("%s: %w", e.key, err)
		}
		seen[e.key] = true
	}
	// Which elements stand together.
	switch {
	case !seen["Effect"]:
		return s, errors.New("it has no Effect")
	case seen["Action"] == seen["NotAction"]:
		return s, errors.New("it must have either Action or NotAction")
	case c.form != trust && seen["Resource"] == seen["NotResource"]:
		return s, errors.New("it must have either Resource or NotResource")
	case c.form == trust && !seen["Principal"]:
		return s, errors.New("it has no Principal")
	case c.form == resource && seen["Principal"] == seen["NotPrincipal"]:
		return s, errors.New("it must have either Principal or NotPrincipal")
	case s.notPrincipals && !s.deny:
		return s, errors.New("NotPrincipal is for Deny only")
	}
	return s, nil
}

func (c compiler) element(s *statement, e field) (err error) {
	switch e.key {
	case "Sid":
		s.sid, err = sid(e.value)
	case "Effect":
		s.deny = e.value.text == "Deny"
		if e.value.kind != stringNode || !s.deny && e.value.text != "Allow" {
			err = errors.New(`it must be "Allow" or "Deny"`)
		}
	case "Principal":
		s.principals, err = c.principal(e.value)
	case "Action", "NotAction":
		s.notActions = e.key == "NotAction"
		s.actions, err = c.actions(e.value)
	case "Resource", "NotResource":
		s.notResources = e.key == "NotResource"
		s.resources, err = c.resources(e.value)
	case "Condition":
		s.conditions, err = c.conditions(e.value)
	case "NotPrincipal":
		s.notPrincipals = true
		s.principals, err = c.notPrincipal(e.value)
	default:
		err = errors.New("unknown element")
	}
	return err
}

// sid checks a statement's id: IAM takes letters and digits only.
func sid(n node) (string, error) {
	if n.kind != stringNode {
		return "", fmt.Errorf("it is %s, not a string", n.kind)
	}
	for _, r := range n.text {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return "", fmt.Errorf("%q has other than letters and digits", n.text)
		}
	}
	return n.text, nil
}

// actions compiles action patterns: they ignore case and know no variables.
func (c compiler) actions(n node) ([]pattern, error) {
	texts, err := texts(n)
	if err != nil {
		return nil, err
	}
	var out []pattern
	for _, t := range texts {
		if t != "*" && !strings.Contains(t, ":") {
			return nil, fmt.Errorf("%q names no service", t)
		}
		p, err := compilePattern(t, syntax{wildcards: true, fold: true})
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// resources compiles resource patterns. A "*" matches across colons: AWS says that at the end of a segment it does, and
// no real ARN tells the difference in the middle of one.
func (c compiler) resources(n node) ([]pattern, error) {
	if c.form == trust {
		return nil, errors.New("a trust policy has none: its resource is the role")
	}
	texts, err := texts(n)
	if err != nil {
		return nil, err
	}
	var out []pattern
	for _, t := range texts {
		if t != "*" && !strings.HasPrefix(t, "arn:") {
			return nil, fmt.Errorf("%q is neither an ARN nor \"*\"", t)
		}
		p, err := compilePattern(t, syntax{wildcards: true, variables: c.variables})
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// texts returns the strings of a string or a list of strings.
func texts(n node) ([]string, error) {
	var out []string
	for _, item := range n.items() {
		if item.kind != stringNode {
			return nil, fmt.Errorf("it holds %s, not a string", item.kind)
		}
		out = append(out, item.text)
	}
	if len(out) == 0 {
		return nil, errors.New("it is empty")
	}
	return out, nil
}
