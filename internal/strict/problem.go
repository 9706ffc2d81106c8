package strict

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong at one place of a file.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in characters
	Text    string `json:"text"`
	excerpt string
}

// String is the place and the problem on one line, as compilers write it.
func (p Problem) String() string {
	if p.File == "" {
		return p.Text // there is no file to look into
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Problems are all that was found in a file, by position: an error where there is at least one.
type Problems []Problem

// Error is each on its line, and below it the line of the file that is concerned, with a mark below the column.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
		if p.excerpt != "" {
			margin := fmt.Sprintf("%5d | ", p.Line)
			fmt.Fprintf(&b, "\n%s%s\n%*s%*s^", margin, p.excerpt, len(margin), "| ", max(0, p.Column-1), "")
		}
	}
	return b.String()
}

// excerpt is one line of the source, made fit for a terminal. Behind an unknown key there may stand a secret:
// then the line ends with the key.
func excerpt(lines []string, line, keyEnd int) string {
	if line < 1 || line > len(lines) {
		return ""
	}
	text := strings.ToValidUTF8(strings.TrimRight(lines[line-1], "\r"), "?")
	text = strings.ReplaceAll(text, "\t", "→") // to be seen, and one column wide
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	limit := 160
	if keyEnd > 0 {
		limit = keyEnd
	}
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit]) + " ..."
	}
	return text
}
