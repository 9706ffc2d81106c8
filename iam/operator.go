package iam

import "strings"

// operator is a condition operator without its IfExists.
type operator struct {
	negated bool
	compile func(c compiler, values []string) (matcher, error) // nil for Null
}

// operatorNamed finds an operator; names are exact. A negated one is its opposite with the answer turned round.
func operatorNamed(name string) (operator, bool) {
	switch name {
	case "Null":
		return operator{}, true
	case "StringEquals", "StringNotEquals":
		return operator{name == "StringNotEquals", text(syntax{})}, true
	case "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase":
		return operator{name == "StringNotEqualsIgnoreCase", text(syntax{fold: true})}, true
	case "StringLike", "StringNotLike":
		return operator{name == "StringNotLike", text(syntax{wildcards: true})}, true
	case "ArnEquals", "ArnLike": // the two behave the same
		return operator{false, compileARNs}, true
	case "ArnNotEquals", "ArnNotLike":
		return operator{true, compileARNs}, true
	case "Bool":
		return operator{false, compileBools}, true
	case "IpAddress", "NotIpAddress":
		return operator{name == "NotIpAddress", compileNetworks}, true
	}
	parse := number
	relation, ok := strings.CutPrefix(name, "Numeric")
	if !ok {
		if relation, ok = strings.CutPrefix(name, "Date"); !ok {
			return operator{}, false
		}
		parse = date
	}
	holds, ok := map[string]func(a, b float64) bool{
		"Equals":            func(a, b float64) bool { return a == b },
		"NotEquals":         func(a, b float64) bool { return a == b },
		"LessThan":          func(a, b float64) bool { return a < b },
		"LessThanEquals":    func(a, b float64) bool { return a <= b },
		"GreaterThan":       func(a, b float64) bool { return a > b },
		"GreaterThanEquals": func(a, b float64) bool { return a >= b },
	}[relation]
	return operator{relation == "NotEquals", ordered(parse, holds)}, ok
}
