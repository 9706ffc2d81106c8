package iam

import "strings"

// Shape is a resource pattern that can be looked up without trying all resources: the text itself, or all that begins with it.
type Shape struct {
	Text   string
	Prefix bool
}

// Shapes are the resource patterns; false where one has to be tried on each resource.
func (c Clause) Shapes() (out []Shape, ok bool) {
	if c.s.notResources {
		return nil, false
	}
	for _, p := range c.s.resources {
		switch {
		case len(p.tokens) == 1 && p.tokens[0].kind == literalToken:
			out = append(out, Shape{Text: p.tokens[0].text})
		case len(p.tokens) == 2 && p.tokens[0].kind == literalToken && p.tokens[1].kind == manyToken:
			out = append(out, Shape{p.tokens[0].text, true})
		default:
			return nil, false
		}
	}
	return out, true
}

// Everything reports whether the clause speaks of all resources, as each of a trust policy does.
func (c Clause) Everything() bool {
	if c.s.resources == nil {
		return true
	}
	for _, p := range c.s.resources {
		if len(p.tokens) == 1 && p.tokens[0].kind == manyToken {
			return !c.s.notResources
		}
	}
	return false
}

// Varies reports whether a resource pattern depends on the request.
func (c Clause) Varies() bool {
	for i := range c.s.resources {
		if len(c.s.resources[i].keys()) > 0 {
			return true
		}
	}
	return false
}

// Resource says whether the clause speaks of a resource; Maybe where that hangs on a variable which is not known, or which is
// known to have no value and stands in NotResource: AWS's text and its simulator differ there.
func (c Clause) Resource(arn string, x Context, known func(key string) bool) Answer {
	if c.s.resources == nil {
		return Yes
	}
	out := No
	for i := range c.s.resources {
		p := &c.s.resources[i]
		if r, open := p.loose(x, func(key string) bool { return !c.s.notResources && known(key) }); open {
			if r.match(arn, x) {
				out = max(out, Maybe)
			}
		} else if p.match(arn, x) {
			out = Yes
		}
	}
	if c.s.notResources {
		return Yes - out
	}
	return out
}

// loose puts "*" in place of the variables whose value is not known; false where there is none.
func (p *pattern) loose(x Context, known func(key string) bool) (out pattern, open bool) {
	for _, key := range p.keys() {
		if _, ok := x.variable(key); !ok && !known(key) {
			open = true
		}
	}
	if !open {
		return pattern{}, false
	}
	out.fold = p.fold
	for _, t := range p.tokens {
		if t.kind == variableToken {
			if v, ok := t.value(x); ok {
				t = token{kind: literalToken, text: v}
			} else {
				t = token{kind: manyToken}
			}
		}
		out.add(t)
	}
	return out, true
}

// filling stands where a witness may have any text.
const filling = "riposte"

// Witnesses are names that a caller could choose so that the clause speaks of them, or, of a NotResource, does not: each of its
// patterns filled in, where the result has the form, an ARN in which "*" is free.
func (c Clause) Witnesses(form string, x Context) (out []string) {
	f, err := compilePattern(form, syntax{wildcards: true})
	if err != nil {
		return nil
	}
	for _, p := range c.s.resources {
		r, ok := p.resolve(x)
		if !ok {
			continue
		}
		if w := r.filled(form); f.match(w, Context{}) {
			out = append(out, w)
		} else if w := strings.ReplaceAll(form, "*", filling); r.match(w, Context{}) {
			out = append(out, w)
		}
	}
	return out
}

// filled is a text that the pattern matches. Where a form is given, components of it that a pattern leaves open are the form's.
func (p *pattern) filled(form string) string {
	a, f := splitARN(*p), strings.SplitN(form, ":", arnParts)
	if a.bad || len(f) < arnParts {
		return p.fill(filling)
	}
	parts := make([]string, arnParts)
	for i := range parts {
		with := filling
		if i < arnParts-1 {
			with = f[i]
		}
		parts[i] = a.parts[i].fill(with)
	}
	return strings.Join(parts, ":")
}

func (p *pattern) fill(with string) string {
	var b strings.Builder
	for _, t := range p.tokens {
		switch t.kind {
		case oneToken:
			b.WriteByte('x')
		case manyToken:
			b.WriteString(with)
		default:
			b.WriteString(t.text)
		}
	}
	return b.String()
}
