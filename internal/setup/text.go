package setup

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	account  = regexp.MustCompile(`^[0-9]{12}$`)
	uniqueID = regexp.MustCompile(`^(AROA|AIDA)[A-Z0-9]{12,124}$`)
	unitID   = regexp.MustCompile(`^(ou|r)-[a-z0-9-]{4,64}$`)
	safeWord = regexp.MustCompile(`^[A-Za-z0-9@%+=:,./_-]+$`)
)

// longest is how many characters of a text of others' stand in a comment.
const longest = 160

// said makes a text of others' fit for a comment and a terminal: on one line, without what a terminal obeys or an editor hides.
func said(s string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	if len(clean) > longest {
		clean = append(clean[:longest-1], '…')
	}
	return string(clean)
}

// page is a file that is written line by line.
type page struct{ strings.Builder }

// line writes a line whose arguments are riposte's own, or were made fit by said, scalar or quoted.
func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// note writes a comment; whatever stands in it, it is one line.
func (p *page) note(indent int, format string, args ...any) {
	p.line("%s# %s", strings.Repeat(" ", indent), oneLine(fmt.Sprintf(format, args...)))
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// scalar is a text as YAML's double-quoted scalar, which reads Go's escapes as Go does:
// https://yaml.org/spec/1.2.2/#57-escaped-characters
func scalar(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD")) }

// quoted is a text as Terraform reads it: https://developer.hashicorp.com/terraform/language/expressions/strings
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '$' || r == '%':
			b.WriteString(string(r))
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(b.String())
}

// word is a text as one word of a shell.
func word(s string) string {
	if safeWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func list(all []string, as func(string) string) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = as(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
