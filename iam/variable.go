package iam

import (
	"fmt"
	"strings"
)

// readVariable reads the policy variable that a text begins with: ${key}, ${key, 'default'}, or one of ${*}, ${?} and
// ${$}, which stand for the character itself.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func readVariable(text string) (token, int, error) {
	end := variableEnd(text)
	if end < 0 {
		return token{}, 0, fmt.Errorf("%q: a variable is not closed", text)
	}
	name := text[2:end]
	if name == "*" || name == "?" || name == "$" {
		return token{kind: literalToken, text: name}, end + 1, nil
	}
	key, fallback, optional := strings.Cut(name, ",")
	t := token{kind: variableToken, key: strings.ToLower(strings.TrimSpace(key)), optional: optional}
	if t.key == "" || strings.ContainsAny(t.key, "${}*?'") {
		return token{}, 0, fmt.Errorf("%q is no variable", text[:end+1])
	}
	if optional {
		q := strings.TrimSpace(fallback)
		if len(q) < 2 || q[0] != '\'' || q[len(q)-1] != '\'' {
			return token{}, 0, fmt.Errorf("%q: the default must stand in single quotes", text[:end+1])
		}
		t.text = strings.ReplaceAll(q[1:len(q)-1], "''", "'")
	}
	return t, end + 1, nil
}

// variableEnd returns where the brace closes that a variable opened, outside of quotes, or -1.
func variableEnd(text string) int {
	quoted := false
	for i := 2; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case text[i] == '}' && !quoted:
			return i
		}
	}
	return -1
}

// value returns what a variable stands for in a request; false where the key is absent and there is no default.
func (t *token) value(c Context) (string, bool) {
	if v, ok := c.variable(t.key); ok {
		return v, true
	}
	return t.text, t.optional
}

// resolve puts the request's values in place of the variables; false where one has none.
func (p pattern) resolve(c Context) (pattern, bool) {
	out := pattern{fold: p.fold}
	for _, t := range p.tokens {
		if t.kind != variableToken {
			out.add(t)
			continue
		}
		v, ok := t.value(c)
		if !ok {
			return pattern{}, false
		}
		out.add(token{kind: literalToken, text: v})
	}
	return out, true
}
