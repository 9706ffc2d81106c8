package show

import (
	"strings"
	"unicode"
)

// Plain makes a text fit for a terminal: names in AWS, sessions and user agents may be chosen by an attacker, and control
// characters in them could rewrite what a person reads. JSON escapes them by itself.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
