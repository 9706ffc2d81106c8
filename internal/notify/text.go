package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain makes one line of text out of what an attacker may have named: no control characters, no invisible ones that turn
// the direction of writing, no broken UTF-8.
func Plain(s string) string {
	s = strings.Map(func(c rune) rune {
		if c == utf8.RuneError || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Cut ends a text at a limit of bytes, between two characters, and shows that it did. It counts bytes: where a service's documents
// say characters without saying of which kind, no kind is smaller than a byte.
func Cut(s string, limit int) string {
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

// Defang keeps a program that shows text from making a link of what a caller wrote.
func Defang(s string) string { return strings.ReplaceAll(s, "://", "[://]") }
