package iam

import (
	"strings"
	"unicode/utf8"
)

// tokenKind is the sort of one piece of a pattern.
type tokenKind byte

const (
	literalToken  tokenKind = iota
	oneToken                // "?", any one character
	manyToken               // "*", any number of characters
	variableToken           // "${key}", the key's value, taken literally
)

type token struct {
	kind     tokenKind
	text     string // of a literal; of a variable, its default
	key      string // of a variable, in lower case
	optional bool   // the variable has a default
}

// syntax says what a text may hold besides literals.
type syntax struct{ wildcards, variables, fold bool }

// pattern is a compiled text with wildcards and variables.
type pattern struct {
	tokens []token
	fold   bool // ASCII case does not count
}

func compilePattern(text string, x syntax) (pattern, error) {
	p := pattern{fold: x.fold}
	literal := 0 // where the pending literal begins
	for i := 0; i < len(text); {
		t, size, err := special(text[i:], x)
		if err != nil {
			return pattern{}, err
		}
		if size == 0 {
			i++
			continue
		}
		p.add(token{kind: literalToken, text: text[literal:i]})
		p.add(t)
		i += size
		literal = i
	}
	p.add(token{kind: literalToken, text: text[literal:]})
	return p, nil
}

// special reads the wildcard or variable that a text begins with; size 0 where it begins with neither.
func special(text string, x syntax) (t token, size int, err error) {
	switch {
	case x.wildcards && text[0] == '*':
		return token{kind: manyToken}, 1, nil
	case x.wildcards && text[0] == '?':
		return token{kind: oneToken}, 1, nil
	case x.variables && strings.HasPrefix(text, "${"):
		return readVariable(text)
	}
	return token{}, 0, nil
}

// add appends a token: nothing for an empty literal, one "*" for several.
func (p *pattern) add(t token) {
	last := len(p.tokens) - 1
	switch {
	case t.kind == literalToken && t.text == "":
	case t.kind == manyToken && last >= 0 && p.tokens[last].kind == manyToken:
	case t.kind == literalToken && last >= 0 && p.tokens[last].kind == literalToken:
		p.tokens[last].text += t.text
	default:
		p.tokens = append(p.tokens, t)
	}
}

// match reports whether the whole of s fits. It goes back to the last "*" only, which is enough for such patterns and
// keeps hostile ones from taking exponential time; it allocates nothing.
func (p *pattern) match(s string, c Context) bool {
	star, resume := -1, 0
	i, at := 0, 0
	for i < len(p.tokens) || at < len(s) {
		if i < len(p.tokens) {
			if p.tokens[i].kind == manyToken {
				if i+1 == len(p.tokens) {
					return true
				}
				star, resume = i, at
				i++
				continue
			}
			size, fits, known := p.tokens[i].take(s[at:], c, p.fold)
			if !known {
				return false
			}
			if fits {
				i++
				at += size
				continue
			}
		}
		if star < 0 || resume >= len(s) {
			return false
		}
		resume += runeSize(s[resume:])
		i, at = star+1, resume
	}
	return true
}

// take matches one token at the beginning of s; known is false for a variable without a value, which nothing equals.
func (t *token) take(s string, c Context, fold bool) (size int, fits, known bool) {
	switch t.kind {
	case oneToken:
		return runeSize(s), s != "", true
	case variableToken:
		v, ok := t.value(c)
		return len(v), ok && hasPrefix(s, v, fold), ok
	}
	return len(t.text), hasPrefix(s, t.text, fold), true
}

func hasPrefix(s, prefix string, fold bool) bool {
	if !fold || len(s) < len(prefix) {
		return strings.HasPrefix(s, prefix)
	}
	for i := range len(prefix) {
		if lower(s[i]) != lower(prefix[i]) {
			return false
		}
	}
	return true
}

func runeSize(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
