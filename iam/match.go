package iam

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// matcher compares a request's value with the policy's values. It says false of a value that is not of their type: it equals
// nothing, and so a negated operator matches it.
type matcher func(value string, c Context) bool

type textMatcher []pattern

func (m textMatcher) match(v string, c Context) bool {
	for i := range m {
		if m[i].match(v, c) {
			return true
		}
	}
	return false
}

func text(x syntax) func(compiler, []string) (matcher, error) {
	return func(c compiler, values []string) (matcher, error) {
		x.variables = c.variables
		var m textMatcher
		for _, v := range values {
			p, err := compilePattern(v, x)
			if err != nil {
				return nil, err
			}
			m = append(m, p)
		}
		return m.match, nil
	}
}

func compileARNs(c compiler, values []string) (matcher, error) {
	var arns []arnPattern
	for _, v := range values {
		p, err := compilePattern(v, syntax{wildcards: true, variables: c.variables})
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.tokens, func(t token) bool { return t.kind == variableToken }) {
			arns = append(arns, arnPattern{late: &p})
		} else {
			arns = append(arns, splitARN(p))
		}
	}
	return func(v string, c Context) bool {
		for i := range arns {
			if arns[i].match(v, c) {
				return true
			}
		}
		return false
	}, nil
}

func compileBools(_ compiler, values []string) (matcher, error) {
	for _, v := range values {
		if !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false") {
			return nil, fmt.Errorf("%q is neither \"true\" nor \"false\"", v)
		}
	}
	return func(v string, _ Context) bool {
		return slices.ContainsFunc(values, func(want string) bool { return strings.EqualFold(v, want) })
	}, nil
}

// compileNetworks takes CIDR blocks and single addresses of both families.
func compileNetworks(_ compiler, values []string) (matcher, error) {
	var networks []netip.Prefix
	for _, v := range values {
		if !strings.Contains(v, "/") {
			a, err := netip.ParseAddr(v)
			if err != nil {
				return nil, fmt.Errorf("%q is no address", v)
			}
			networks = append(networks, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, fmt.Errorf("%q is no network", v)
		}
		networks = append(networks, n)
	}
	return func(v string, _ Context) bool {
		a, err := netip.ParseAddr(v)
		return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a.Unmap()) })
	}, nil
}

// ordered compares numbers, or dates as seconds since 1970.
func ordered(parse func(string) (float64, error), holds func(request, policy float64) bool) func(compiler, []string) (matcher, error) {
	return func(_ compiler, values []string) (matcher, error) {
		var wanted []float64
		for _, v := range values {
			f, err := parse(v)
			if err != nil {
				return nil, err
			}
			wanted = append(wanted, f)
		}
		return func(v string, _ Context) bool {
			got, err := parse(v)
			return err == nil && slices.ContainsFunc(wanted, func(want float64) bool { return holds(got, want) })
		}, nil
	}
}
