package iam

import "strings"

// arnParts is the number of colon-separated components of an ARN; the last may hold colons itself.
const arnParts = 6

// arnPattern is an ARN compared component by component, so that no wildcard reaches across a colon.
type arnPattern struct {
	parts [arnParts]pattern
	late  *pattern // where a variable stands: it is split when the request is known
	bad   bool     // fewer than six components: matches nothing
}

// splitARN cuts a pattern at its first five colons.
func splitARN(p pattern) arnPattern {
	var a arnPattern
	n := 0
	for _, t := range p.tokens {
		for t.kind == literalToken && n < arnParts-1 {
			head, tail, found := strings.Cut(t.text, ":")
			if !found {
				break
			}
			a.parts[n].add(token{kind: literalToken, text: head})
			n++
			t.text = tail
		}
		a.parts[n].add(t)
	}
	a.bad = n < arnParts-1
	return a
}

func (a *arnPattern) match(arn string, c Context) bool {
	if a.late != nil {
		p, ok := a.late.resolve(c)
		if !ok {
			return false
		}
		split := splitARN(p)
		return split.match(arn, c)
	}
	if a.bad {
		return false
	}
	for i := range arnParts - 1 {
		head, tail, found := strings.Cut(arn, ":")
		if !found || !a.parts[i].match(head, c) {
			return false
		}
		arn = tail
	}
	return a.parts[arnParts-1].match(arn, c)
}
