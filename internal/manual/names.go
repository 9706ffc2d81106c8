package manual

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// claims says of every sort of name its forms, who could claim it once what it stands for is gone, and whether the playbook looks for it.
func claims(d playbook.Definition) Table {
	if len(d.Names) == 0 {
		return Table{}
	}
	t := Table{Head: []string{"name", "forms", "who could claim it", "why", "source", "looked for"}, Line: "%s, as %s. Who could claim it: %s, %s (%s). Looked for: %s."}
	for _, e := range names.Examples() {
		forms := names.Forms(e.Key, e.Region)
		if e.Key.Service == names.Delegation {
			zone, servers, _ := strings.Cut(e.Key.ID, "/")
			forms = []string{zone + " NS " + strings.ReplaceAll(servers, ",", " ")}
		}
		looked := "no"
		if slices.Contains(d.Names, e.Key.Service) {
			looked = "yes"
		}
		by := e.Key.Claimable()
		t.Rows = append(t.Rows, []string{string(e.Key.Service), strings.Join(forms, ", "), string(by.By), by.Why, by.Source, looked})
	}
	return t
}
