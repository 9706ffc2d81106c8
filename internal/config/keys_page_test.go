package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// examples are where keys have theirs, the first that has one.
func examples() []string {
	return []string{"testdata/every-key.yaml", "testdata/instead.yaml", "testdata/instead-alb.yaml", "testdata/instead-proxy.yaml"}
}

// vendorName is the one key whose change is not told: it stands beside an account for people, and means nothing.
const vendorName = "For people: it stands beside the account in what replay says."

const keysIntro = `# Keys of the configuration

Every key of riposte.yaml; [configuration.md](configuration.md) introduces them, [config.schema.json](config.schema.json) is for editors. ` + "`[]`" + ` is an entry of
a list, ` + "`" + anyName + "`" + ` a name of one's own. The examples together are one valid file (` + "`internal/config/testdata/every-key.yaml`" + `; what may not
stand beside others is in ` + "`instead*.yaml`" + `). The last column is what riposte itself says when it reads that file in place of one without the
key ("comes"), or the other way ("goes"): on SIGHUP, at once, unless the words say otherwise. **Bold** is a warning: the defence goes
less far, spares more, may do more, or tells less. "required" is a key without which the rest of the example is refused.
` + "`make generate`" + ` writes this page.
`

// load reads an example: each call gives one of its own, to be changed.
func load(t *testing.T, file string) (tree map[string]any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(text, &tree)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// reader reads examples, whole ones once.
type reader struct {
	t         *testing.T
	catalogue []playbook.Definition
	whole     map[string]*config.Config // by file
}

func (r reader) parse(tree map[string]any) (*config.Config, error) {
	text, err := json.Marshal(tree) // which is YAML
	if err != nil {
		return nil, err
	}
	return config.Parse("riposte.yaml", text, r.catalogue)
}

// Whoever writes the file reads one page: each key, with an example that riposte takes, and what it says when the key changes.
func TestGeneratedKeys(t *testing.T) {
	r := reader{t: t, catalogue: playbooks.All(), whole: map[string]*config.Config{}}
	text, err := config.Schema(r.catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range examples() {
		if r.whole[file], err = r.parse(load(t, file)); err != nil {
			t.Fatalf("%s is no valid configuration: %v", file, err)
		}
	}
	var s shape
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	page, section := keysIntro, ""
	for _, k := range keys(nil, modes(&s)) {
		if top := k.section(); top != section {
			section = top
			page += fmt.Sprintf("\n## %s\n\n%s\n\n| key | type | default | for | example | when it changes |\n| --- | --- | --- | --- | --- | --- |\n", top, s.about(top))
		}
		page += r.row(k)
	}
	const file = "../../docs/keys.md"
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(have), page); d != "" {
		t.Errorf("docs/keys.md is not up to date: run make generate\n%s", d)
	}
}

// modes spells out, for one playbook, what the schema says of all of them by reference.
func modes(s *shape) *shape {
	books, mode := s.Properties["playbooks"], s.Defs["level"]
	say := func(text string) *shape { return &shape{Type: "string", Enum: mode.Enum, Description: text} }
	books.Properties["defaults"] = &shape{Properties: map[string]*shape{"mode": say("How far playbooks go of which the file says nothing else.")}}
	books.Properties["defaults"].Properties["mode"].Default = json.RawMessage(`"observe"`)
	one := books.Properties["launch.unapproved-image"].Properties
	for name := range s.Defs["playbook"].Properties {
		if own := s.Defs["playbook"].Properties[name]; own.Description != "" {
			one[name] = own
		} else if name != "params" {
			one[name] = say("What " + name + "s: a class of actions.")
		}
	}
	one["mode"] = say("How far this playbook goes; {mode: act, until: 2026-12-06T12:00:00Z, then: ask} ends by itself, and goes on as then says, or as what is less specific does. So it is with the keys below it, of each playbook alike.")
	one["production"] = say("In accounts of the environment of that name (organization.accounts), whatever it is called.")
	one["444455556666"] = say("In one account.")
	one["ou-ab12-cdef3456"] = say("In an organisational unit, and those below it.")
	return s
}

func (k key) section() string {
	if k.path[0] == "playbooks" {
		return fmt.Sprintf("playbooks.%s", k.path[1])
	}
	return fmt.Sprint(k.path[0])
}

func (s *shape) about(section string) string {
	top, book, inner := strings.Cut(section, ".")
	if inner {
		if text := s.Properties[top].Properties[book].Description; text != "" {
			return text + ": [" + book + "](playbooks/" + book + ".md)."
		}
	}
	return s.Properties[top].Description
}

// example is the first that a key has: where it stands, in the tree of which file.
func (r reader) example(k key) (tree, at map[string]any, name, file string) {
	r.t.Helper()
	for _, file := range examples() {
		tree := load(r.t, file)
		if at, name, ok := find(tree, k.path); ok {
			return tree, at, name, file
		}
	}
	return nil, nil, "", ""
}

func (r reader) row(k key) string {
	r.t.Helper()
	_, at, name, _ := r.example(k)
	if at == nil {
		r.t.Errorf("%s: none of %q has an example of it", k, examples())
		return ""
	}
	shown := strings.TrimSuffix(strings.TrimPrefix(spelled(map[string]any{name: at[name]}), "{"), "}")
	standard := ""
	if k.Default != nil {
		var value any
		if err := yaml.Unmarshal(k.Default, &value); err != nil {
			r.t.Fatal(err)
		}
		if standard = "`" + spelled(value) + "`"; spelled(value) == spelled(at[name]) {
			r.t.Errorf("%s: the example is the default", k)
		}
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | `%s` | %s |\n", k.short(), k.kind(), standard, cell(k.Description), cell(shown), r.changes(k))
}

// short is the key below the section's own.
func (k key) short() string {
	if s := strings.TrimLeft(strings.TrimPrefix(k.String(), k.section()), "."); s != "" {
		return s
	}
	return k.section()
}

func (k key) kind() string {
	switch of := k.Items; {
	case len(k.Enum) > 0:
		return strings.Join(k.Enum, ", ")
	case of != nil && len(of.Enum) > 0:
		return "list of " + strings.Join(of.Enum, ", ")
	case of != nil:
		return "list of " + of.Type + "s"
	case k.Type == "object" && strings.Contains(string(k.Additional), "{"):
		return "names, each with a string"
	case k.Type == "object":
		return "{}"
	}
	return k.Type
}

// changes is what riposte says when the key comes and goes, asked of riposte.
func (r reader) changes(k key) string {
	r.t.Helper()
	tree, at, name, file := r.example(k)
	delete(at, name)
	old, err := r.parse(tree)
	if err != nil {
		return "required"
	}
	comes, goes := told(r.whole[file].Since(old)), told(old.Since(r.whole[file]))
	switch {
	case comes != "" && goes != "":
		return "comes: " + comes + "<br>goes: " + goes
	case k.Description != vendorName:
		r.t.Errorf("%s: nothing is said when it changes", k)
	}
	return "not told"
}

func told(changes []config.Change) string {
	var lines []string
	for _, c := range changes {
		says := cell(c.Says)
		if c.Weaker {
			says = "**" + says + "**"
		}
		lines = append(lines, says)
	}
	if more := len(lines) - 2; more > 0 {
		lines = append(lines[:2], fmt.Sprintf("and %d more of the kind", more))
	}
	return strings.Join(lines, "; ")
}

// spelled is a value as the file would have it in one line.
func spelled(v any) string {
	text, err := yaml.MarshalWithOptions(v, yaml.Flow(true))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
