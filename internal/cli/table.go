package cli

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// table is lines of cells that stand below each other, the head first; cells may be coloured, their texts must be plain.
type table [][]string

// table prints the rows, or nothing where there is only a head, or where results are objects.
func (sh *shell) table(t table) {
	if len(t) < 2 || sh.json() {
		return
	}
	for _, line := range t.lines() {
		sh.text(line)
	}
}

// lines are the rows, each padded to the widest of its column.
func (t table) lines() (out []string) {
	widths := t.widths()
	for n, row := range t {
		var b strings.Builder
		for i, cell := range row {
			if n == 0 {
				cell = lipgloss.NewStyle().Bold(true).Render(cell)
			}
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
			}
		}
		out = append(out, strings.TrimRight(b.String(), " ")+"\n")
	}
	return out
}

func (t table) widths() []int {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	return widths
}

// width is that of the widest row.
func (t table) width() (widest int) {
	for _, w := range t.widths() {
		widest += w + 2
	}
	return widest - 2
}

// stacked prints a table of cases that is wider than the terminal: what tells cases apart on a line, the rest below it. Nothing is
// cut off: what one looks for is often at the end of a name.
func (sh *shell) stacked(t table) {
	const across = 4
	var heads table
	for _, row := range t {
		heads = append(heads, row[:across])
	}
	for i, line := range heads.lines() {
		sh.text(line)
		if i == 0 {
			continue
		}
		below := t[i][across] + " on " + t[i][across+1]
		for n, before := range []string{", by ", ", incident "} {
			if cell := t[i][across+2+n]; cell != "" {
				below += before + cell
			}
		}
		sh.text("    " + strings.ReplaceAll(show.Wrap(below, sh.width-4), "\n", "\n    ") + "\n")
	}
}

// severity in its colour.
func severity(s playbook.Severity) string {
	colours := map[playbook.Severity]string{playbook.Critical: "1", playbook.High: "9", playbook.Medium: "3", playbook.Low: "8"}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(colours[s])).Render(show.Plain(string(s)))
}
