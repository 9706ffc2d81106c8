package cli

import (
	"encoding/json"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/internal/manual"
	"github.com/ripostehq/riposte/playbook"
)

type explainVerb struct {
	ID string `arg:"" help:"The playbook's id, as riposte playbooks lists it."`
}

// explanation is what --format json prints.
type explanation struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Why      string            `json:"why"`
	Severity playbook.Severity `json:"severity"`
	Triggers []trigger         `json:"triggers"`
	Reads    []call.ID         `json:"reads"`
	Changes  []change          `json:"changes"`
	Params   []parameter       `json:"params"`
	Prevents []prevention      `json:"prevents"`
	Example  json.RawMessage   `json:"example"`
	Plans    []string          `json:"plans"` // what the example leads to
}

type change struct {
	Kind   string    `json:"kind"`
	Does   string    `json:"does"`
	Class  string    `json:"class"`
	Tier   string    `json:"tier"`
	Final  string    `json:"final,omitempty"` // why it is never taken back
	Reads  []call.ID `json:"reads"`
	Writes []call.ID `json:"writes"`
}

type prevention struct {
	Kind     playbook.PreventionKind `json:"kind"`
	How      string                  `json:"how"`
	Document json.RawMessage         `json:"document,omitempty"`
}

type parameter struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Default any    `json:"default"`
	Help    string `json:"help"`
}

// Run prints one playbook.
func (v explainVerb) Run(sh *shell) error {
	d, err := sh.find(v.ID)
	if err != nil {
		return err
	}
	if sh.json() {
		sh.object(explained(d))
		return nil
	}
	width := 100
	if sh.width > 20 {
		width = min(width, sh.width)
	}
	sh.text(manual.Text(d, sh.kinds, width))
	return nil
}

func explained(d playbook.Definition) explanation {
	example, _ := d.Stories.First()
	out := explanation{
		ID: d.ID, Title: d.Title, Why: d.Why, Severity: d.Severity, Triggers: triggers(d), Reads: d.Reads, Changes: []change{},
		Params: []parameter{}, Prevents: []prevention{}, Example: json.RawMessage(example.Record), Plans: example.Plans,
	}
	if example.Listed != nil {
		out.Example = json.RawMessage(example.Listed.JSON())
	}
	for _, k := range d.Changes {
		out.Changes = append(out.Changes, change{k.Name, k.Does, string(k.Class), string(k.Tier), k.Final, k.Reads, k.Writes})
	}
	for _, p := range d.Prevents {
		out.Prevents = append(out.Prevents, prevention{p.Kind, p.How, json.RawMessage(p.Document)})
	}
	for _, p := range d.Params {
		out.Params = append(out.Params, parameter{p.Name, manual.TypeName(p.Type), p.Default, p.Help})
	}
	return out
}
