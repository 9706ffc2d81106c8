package iam

// Unreadable stands among the keys that an answer hangs on where a part of a policy can't be read.
const Unreadable = "unreadable"

// Salvage reads what can be read of a policy that Parse refuses, and returns what is wrong with it; nil where nothing is. What
// can't be read is kept so that it makes the answers of clauses Maybe, never No: a statement without its condition, a statement
// of all actions, a document that may allow or deny anything. Evaluate takes such a part as a deny that holds and an allow that
// does not.
func Salvage(document []byte) (Policy, error) { return salvage(document, attached) }

// SalvageTrust does the same for a role's trust policy: an unreadable part may name any principal.
func SalvageTrust(document []byte) (Policy, error) { return salvage(document, trust) }

func salvage(document []byte, f form) (Policy, error) {
	p, err := parse(document, f)
	if err == nil {
		return p, nil
	}
	c := compiler{form: f}
	root, broken := readJSON(document)
	var statements []node
	for _, e := range root.fields {
		switch e.key {
		case "Version":
			c.variables = e.value.text == "2012-10-17"
		case "Statement":
			statements = e.value.items()
		}
	}
	if broken != nil || len(statements) == 0 {
		return Policy{statements: c.unreadable(node{})}, err
	}
	for _, n := range statements {
		if s, bad := c.statement(n); bad == nil {
			p.statements = append(p.statements, s)
		} else {
			p.statements = append(p.statements, c.unreadable(n)...)
		}
	}
	return p, err
}

// unreadable keeps the elements of a statement that can be read; each that can't stands for all that it might have said.
func (c compiler) unreadable(n node) []statement {
	all := textMatcher{{tokens: []token{{kind: manyToken}}}}
	s := statement{actions: all}
	if c.form != trust {
		s.resources = all
	}
	if c.form != attached {
		s.principals = []principal{{"AWS", "*"}}
	}
	effect := false
	for _, e := range n.fields {
		t := s
		if c.element(&t, e) != nil || e.key == "Condition" || e.key == "NotPrincipal" {
			continue
		}
		s, effect = t, effect || e.key == "Effect"
	}
	deny := s
	deny.deny = true
	s.conditions = []condition{{key: Unreadable, null: true}}
	deny.conditions = []condition{{key: Unreadable, null: true, absent: true, present: true}}
	switch {
	case !effect:
		s.deny = false
		return []statement{s, deny}
	case s.deny:
		return []statement{deny}
	}
	return []statement{s}
}
