package manual

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// Text returns a playbook's page for a terminal of a width in columns.
func Text(d playbook.Definition, kinds []action.Kind, width int) string {
	bold := lipgloss.NewStyle().Bold(true)
	var b strings.Builder
	b.WriteString(bold.Render(d.ID) + "\n" + show.Wrap(squeeze(d.Title), width) + "\n")
	for _, s := range Page(d, kinds) {
		body := s.text(width - 2)
		if body != "" {
			b.WriteString("\n" + bold.Render(s.Title) + "\n" + body)
		}
	}
	return b.String()
}

func (s Section) text(width int) string {
	var b strings.Builder
	for _, t := range s.Texts {
		if t != "" {
			b.WriteString(shift(show.Wrap(t, width)))
		}
	}
	for _, r := range s.Table.Rows {
		cells := make([]any, len(r))
		for i, c := range r {
			cells[i] = squeeze(c)
		}
		b.WriteString(shift(show.Wrap(fmt.Sprintf(s.Table.Line, cells...), width)))
	}
	if s.Code != "" {
		b.WriteString(shift(s.Code))
	}
	return b.String()
}

func shift(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") + "\n" }
