package show

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// Wrap breaks a text at spaces, so that no line is longer than so many characters where that can be: an id is never
// broken, since people copy it. A break in the text stays.
func Wrap(s string, columns int) string {
	var out strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		used := 0
		for _, word := range strings.Fields(line) {
			n := utf8.RuneCountInString(word)
			switch {
			case used > 0 && used+1+n > columns:
				out.WriteByte('\n')
				used = 0
			case used > 0:
				out.WriteByte(' ')
				used++
			}
			out.WriteString(word)
			used += n
		}
	}
	return out.String()
}
