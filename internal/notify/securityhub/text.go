package securityhub

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain makes one line of text out of what an attacker may have named: no control characters, no invisible ones that turn
// the direction of writing, no broken UTF-8.
func plain(s string) string {
	s = strings.Map(func(c rune) rune {
		if c == utf8.RuneError || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// cut ends a text at a limit, between two characters, and shows that it did. The limit counts bytes: AWS's documents say
// characters without saying of which kind, and no kind is smaller than a byte.
func cut(s string, limit int) string {
	const more = "…"
	if len(s) <= limit {
		return s
	}
	end := limit - len(more)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}
