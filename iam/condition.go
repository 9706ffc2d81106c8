package iam

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// condition is one operator on one key. Its values are alternatives; of a negated operator none may match.
type condition struct {
	key      string // lower case: keys ignore it
	set      quantifier
	ifExists bool
	negated  bool
	null     bool // looks at presence alone
	absent   bool // Null "true": the key may be absent
	present  bool // Null "false": the key may be present
	values   matcher
	named    []string // the values as they are written
	keys     []string // of the variables in them, in lower case
}

// quantifier says how many of a key's values an operator asks for.
type quantifier int

const (
	single quantifier = iota // none is named: the key has one value
	forAll
	forAny
)

// holds follows AWS where the key is missing: a negated operator matches, as does any with IfExists; ForAllValues matches,
// ForAnyValue does not. A key of several values wants a quantifier; without one, which AWS leaves open, one value has to
// match, and of a negated operator none may.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (c *condition) holds(x Context) bool {
	values := x.values[c.key].all
	switch {
	case c.null:
		return len(values) > 0 && c.present || len(values) == 0 && c.absent
	case len(values) == 0:
		return c.ifExists || c.set == forAll || c.set == single && c.negated
	}
	every := c.set == forAll || c.set == single && c.negated
	for _, v := range values {
		if fits := c.values(v, x) != c.negated; fits != every {
			return fits
		}
	}
	return every
}

// conditions compiles a Condition block: operators and keys all have to hold.
func (c compiler) conditions(n node) ([]condition, error) {
	if n.kind != objectNode {
		return nil, fmt.Errorf("it is %s, not an object", n.kind)
	}
	var out []condition
	for _, op := range n.fields {
		if op.value.kind != objectNode || len(op.value.fields) == 0 {
			return nil, fmt.Errorf("%s: it must be an object of keys", op.key)
		}
		for _, k := range op.value.fields {
			cond, err := c.condition(op.key, k)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.key, err)
			}
			out = append(out, cond)
		}
	}
	// A statement that asks for presence first can be left early; the result is the same in any order.
	sort.SliceStable(out, func(i, j int) bool { return out[i].null && !out[j].null })
	return out, nil
}

func (c compiler) condition(name string, k field) (condition, error) {
	set, base := quantified(name)
	base, ifExists := strings.CutSuffix(base, "IfExists")
	op, ok := operatorNamed(base)
	if !ok || base == "Null" && (ifExists || set != single) {
		return condition{}, errors.New("this operator is not supported")
	}
	if k.key == "" {
		return condition{}, errors.New("a key is empty")
	}
	values, err := scalars(k.value)
	if err != nil {
		return condition{}, fmt.Errorf("%s: %w", k.key, err)
	}
	out := condition{key: strings.ToLower(k.key), set: set, ifExists: ifExists, negated: op.negated, null: base == "Null"}
	out.named = values
	if !out.null {
		out.keys = c.keys(values)
		if out.values, err = op.compile(c, values); err != nil {
			return condition{}, fmt.Errorf("%s: %w", k.key, err)
		}
		return out, nil
	}
	for _, v := range values {
		switch strings.ToLower(v) {
		case "true":
			out.absent = true
		case "false":
			out.present = true
		default:
			return condition{}, fmt.Errorf("%s: %q is neither \"true\" nor \"false\"", k.key, v)
		}
	}
	return out, nil
}

// quantified takes the set operator off an operator's name.
func quantified(name string) (quantifier, string) {
	if base, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		return forAll, base
	}
	if base, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		return forAny, base
	}
	return single, name
}

// scalars returns the values of a key; AWS lets numbers and booleans stand without quotes.
func scalars(n node) ([]string, error) {
	var out []string
	for _, item := range n.items() {
		switch item.kind {
		case stringNode, numberNode, boolNode:
			out = append(out, item.text)
		default:
			return nil, fmt.Errorf("a value is %s", item.kind)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("it has no values")
	}
	return out, nil
}
