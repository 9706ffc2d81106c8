package strict

import (
	"fmt"
	"strings"
)

// bracket is one that was opened, and where.
type bracket struct {
	c            rune
	line, column int
}

// brackets follows a text as far as telling brackets from those in quotes, comments and plain text takes. Block texts it
// does not know: it is asked where a parser has found a bracket wrong, and not whether one is.
type brackets struct {
	open   []bracket
	quote  rune
	starts bool // a value may begin here
	closed bool // one was closed, and nothing has come since
}

// unbalanced is the bracket that is not closed as it should be, and what is wrong with it, "" where all are. The parser
// noticed at a line that may be far below.
func unbalanced(text string, noticed int) (bracket, string) {
	b := brackets{starts: true}
	for i, line := range strings.Split(text, "\n") {
		b.starts, b.closed = true, b.closed && len(b.open) > 0
		if at, wrong := b.line(i+1, []rune(line)); wrong != "" {
			return at, wrong
		}
	}
	if len(b.open) == 0 {
		return bracket{}, ""
	}
	last := b.open[len(b.open)-1]
	wrong := fmt.Sprintf("this %c is not closed", last.c)
	if noticed > last.line {
		wrong += fmt.Sprintf(": line %d can't be part of it", noticed)
	}
	return last, wrong
}

// line reads one line and returns the bracket in it that is wrong, and what is.
func (b *brackets) line(number int, text []rune) (bracket, string) {
	for i := 0; i < len(text); i++ {
		c, ends := text[i], i+1 == len(text) || text[i+1] == ' '
		switch {
		case b.quote == '"' && c == '\\':
			i++
		case b.quote == c:
			b.quote = 0
		case b.quote != 0: // a bracket in quotes is text
		case c == '#' && (i == 0 || text[i-1] == ' '):
			return bracket{}, ""
		case b.starts && (c == '"' || c == '\''):
			b.quote, b.starts = c, false
		case (c == '[' || c == '{') && (b.starts || len(b.open) > 0):
			b.open, b.starts = append(b.open, bracket{c, number, i + 1}), true
		case c == ']' || c == '}':
			if at, wrong := b.close(bracket{c, number, i + 1}); wrong != "" {
				return at, wrong
			}
		case c != ' ':
			separates := (c == ':' || c == '-' && b.starts) && ends || c == ',' && len(b.open) > 0
			b.starts, b.closed = separates, false
		}
	}
	return bracket{}, ""
}

// close takes a closing bracket, and returns the one that is wrong, if any.
func (b *brackets) close(by bracket) (bracket, string) {
	if len(b.open) == 0 {
		if b.closed {
			return by, fmt.Sprintf("this %c closes nothing", by.c)
		}
		return bracket{}, "" // part of a plain text
	}
	last := b.open[len(b.open)-1]
	if last.c == '[' && by.c != ']' || last.c == '{' && by.c != '}' {
		return last, fmt.Sprintf("this %c is not closed before the %c in line %d, column %d", last.c, by.c, by.line, by.column)
	}
	b.open, b.starts, b.closed = b.open[:len(b.open)-1], false, true
	return bracket{}, ""
}
