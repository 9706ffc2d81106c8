package block

import (
	"bytes"
	"fmt"
	"strings"
)

// around is how many lines a diff shows before and after what changes.
const around = 3

// Diff is the change as a unified diff, as patch and git apply take it. A change is in one place: one hunk.
func (c Change) Diff() string {
	was, is := lines(c.Old), lines(c.New)
	head := 0
	for head < min(len(was), len(is)) && was[head] == is[head] {
		head++
	}
	tail := 0
	for tail < min(len(was), len(is))-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	from, upTo := max(0, head-around), min(len(was), len(was)-tail+around)
	var b strings.Builder
	fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", c.File, c.File)
	fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(from, upTo-from), span(from, upTo-from+len(is)-len(was)))
	for _, part := range []struct {
		mark  string
		lines []string
	}{{" ", was[from:head]}, {"-", was[head : len(was)-tail]}, {"+", is[head : len(is)-tail]}, {" ", was[len(was)-tail : upTo]}} {
		for _, l := range part.lines {
			b.WriteString(part.mark + l)
			if !strings.HasSuffix(l, "\n") {
				b.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	return b.String()
}

// span is the range of a hunk: of none, the line before it.
func span(from, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, count)
}

func lines(text []byte) (out []string) {
	for _, l := range bytes.SplitAfter(text, []byte("\n")) {
		if len(l) > 0 {
			out = append(out, string(l))
		}
	}
	return out
}
