package manual

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Markdown returns a playbook's page in the docs.
func Markdown(d playbook.Definition, kinds []action.Kind) string {
	var b strings.Builder
	b.WriteString("# " + d.ID + "\n\n" + squeeze(d.Title) + "\n")
	for _, s := range Page(d, kinds) {
		body := s.markdown()
		if body != "" {
			b.WriteString("\n## " + s.Title + "\n" + body)
		}
	}
	return b.String()
}

func (s Section) markdown() string {
	var b strings.Builder
	for _, t := range s.Texts {
		if t != "" {
			b.WriteString("\n" + t + "\n")
		}
	}
	if len(s.Table.Rows) > 0 {
		b.WriteString("\n" + row(s.Table.Head) + row(slices.Repeat([]string{"---"}, len(s.Table.Head))))
		for _, r := range s.Table.Rows {
			b.WriteString(row(r))
		}
	}
	if s.Code != "" {
		language := "json"
		if !json.Valid([]byte(s.Code)) {
			language = "text"
		}
		b.WriteString("\n```" + language + "\n" + s.Code + "\n```\n")
	}
	return b.String()
}

func row(cells []string) string {
	escaped := make([]string, len(cells))
	for i, c := range cells {
		escaped[i] = strings.ReplaceAll(squeeze(c), "|", `\|`)
	}
	return "| " + strings.Join(escaped, " | ") + " |\n"
}
