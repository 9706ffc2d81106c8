package iam

import (
	"fmt"
	"net/netip"
	"strings"
)

// The matchers below say false of a request's value that is not of their type: it equals nothing, and so a negated
// operator matches it.

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
		return m, nil
	}
}

type arnMatcher []arnPattern

func (m arnMatcher) match(v string, c Context) bool {
	for i := range m {
		if m[i].match(v, c) {
			return true
		}
	}
	return false
}

func compileARNs(c compiler, values []string) (matcher, error) {
	var m arnMatcher
	for _, v := range values {
		p, err := compilePattern(v, syntax{wildcards: true, variables: c.variables})
		if err != nil {
			return nil, err
		}
		m = append(m, compileARN(p))
	}
	return m, nil
}

type boolMatcher []string

func (m boolMatcher) match(v string, _ Context) bool {
	for _, want := range m {
		if strings.EqualFold(v, want) {
			return true
		}
	}
	return false
}

func compileBools(_ compiler, values []string) (matcher, error) {
	for _, v := range values {
		if !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false") {
			return nil, fmt.Errorf("%q is neither \"true\" nor \"false\"", v)
		}
	}
	return boolMatcher(values), nil
}

type networkMatcher []netip.Prefix

func (m networkMatcher) match(v string, _ Context) bool {
	a, err := netip.ParseAddr(v)
	if err != nil {
		return false
	}
	a = a.Unmap()
	for _, n := range m {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// compileNetworks takes CIDR blocks and single addresses of both families.
func compileNetworks(_ compiler, values []string) (matcher, error) {
	var m networkMatcher
	for _, v := range values {
		if !strings.Contains(v, "/") {
			a, err := netip.ParseAddr(v)
			if err != nil {
				return nil, fmt.Errorf("%q is no address", v)
			}
			m = append(m, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, fmt.Errorf("%q is no network", v)
		}
		m = append(m, n)
	}
	return m, nil
}

// orderedMatcher compares numbers, or dates as seconds since 1970.
type orderedMatcher struct {
	parse  func(string) (float64, error)
	holds  func(request, policy float64) bool
	values []float64
}

func (m orderedMatcher) match(v string, _ Context) bool {
	got, err := m.parse(v)
	if err != nil {
		return false
	}
	for _, want := range m.values {
		if m.holds(got, want) {
			return true
		}
	}
	return false
}

func ordered(parse func(string) (float64, error), holds func(a, b float64) bool) func(compiler, []string) (matcher, error) {
	return func(_ compiler, values []string) (matcher, error) {
		m := orderedMatcher{parse: parse, holds: holds}
		for _, v := range values {
			f, err := parse(v)
			if err != nil {
				return nil, err
			}
			m.values = append(m.values, f)
		}
		return m, nil
	}
}
