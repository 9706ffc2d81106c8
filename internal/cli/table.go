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
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
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
		sh.text(strings.TrimRight(b.String(), " ") + "\n")
	}
}

// severity in its colour.
func severity(s playbook.Severity) string {
	colours := map[playbook.Severity]string{playbook.Critical: "1", playbook.High: "9", playbook.Medium: "3", playbook.Low: "8"}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(colours[s])).Render(show.Plain(string(s)))
}
