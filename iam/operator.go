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
	return orderedOperator(name)
}

// orderedOperator finds the operators on numbers and dates.
func orderedOperator(name string) (operator, bool) {
	parse := number
	relation, ok := strings.CutPrefix(name, "Numeric")
	if !ok {
		if relation, ok = strings.CutPrefix(name, "Date"); !ok {
			return operator{}, false
		}
		parse = date
	}
	switch relation {
	case "Equals":
		return operator{false, ordered(parse, func(a, b float64) bool { return a == b })}, true
	case "NotEquals":
		return operator{true, ordered(parse, func(a, b float64) bool { return a == b })}, true
	case "LessThan":
		return operator{false, ordered(parse, func(a, b float64) bool { return a < b })}, true
	case "LessThanEquals":
		return operator{false, ordered(parse, func(a, b float64) bool { return a <= b })}, true
	case "GreaterThan":
		return operator{false, ordered(parse, func(a, b float64) bool { return a > b })}, true
	case "GreaterThanEquals":
		return operator{false, ordered(parse, func(a, b float64) bool { return a >= b })}, true
	}
	return operator{}, false
}
