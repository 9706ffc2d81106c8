package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/deployment"
	"github.com/ripostehq/riposte/internal/manual"
	"github.com/ripostehq/riposte/internal/paths"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// docs are the generated files, by path below docs/: the pages, and what is deployed. They are compared here, and written by
// make generate.
func docs(t *testing.T) map[string]string {
	t.Helper()
	schema, err := config.Schema(playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{"cli.md": reference(t), "config.schema.json": string(schema), "paths.md": paths.Page()}
	index := "# Playbooks\n\n| playbook | severity | finds |\n| --- | --- | --- |\n"
	for _, d := range playbooks.All() {
		out["playbooks/"+d.ID+".md"] = manual.Markdown(d, action.Kinds())
		index += fmt.Sprintf("| [%s](%s.md) | %s | %s |\n", d.ID, d.ID, d.Severity, d.Title)
	}
	out["playbooks/README.md"] = index
	for name, write := range map[string]func([]playbook.Definition, []action.Kind) ([]byte, error){
		"terraform/modules/spoke/rights.tf.json":        deployment.Terraform,
		"terraform/modules/spoke/patterns.json":         func(of []playbook.Definition, _ []action.Kind) ([]byte, error) { return deployment.Patterns(of) },
		"terraform/modules/guardrail/guardrail.tf.json": func([]playbook.Definition, []action.Kind) ([]byte, error) { return deployment.Guardrail() },
		"cloudformation/spoke.json":                     deployment.CloudFormation,
	} {
		text, err := write(playbooks.All(), action.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		out["../deploy/"+name] = string(text)
	}
	return out
}

func TestGeneratedDocs(t *testing.T) {
	root := filepath.Join("..", "..", "docs")
	want := docs(t)
	for name, text := range want {
		file := filepath.Join(root, filepath.FromSlash(name))
		if *update {
			write(t, file, text)
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v: make generate writes it", err)
			continue
		}
		if d := cmp.Diff(string(have), text); d != "" {
			t.Errorf("docs/%s is not up to date: run make generate\n%s", name, d)
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "playbooks", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if _, ok := want["playbooks/"+filepath.Base(page)]; !ok {
			t.Errorf("%s: there is no such playbook any more", page)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reference is docs/cli.md: what --help prints, verb by verb.
func reference(t *testing.T) string {
	t.Helper()
	parser, err := newParser(&shell{out: io.Discard, err: io.Discard}, &cli{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# riposte at the command line\n\n" + description + "\n\n" + exits)
	group := ""
	for _, n := range parser.Model.Leaves(true) {
		if g := groupOf(n); g != group {
			group = g
			b.WriteString("\n## " + g + "\n")
		}
		b.WriteString("\n" + verb(n))
	}
	return b.String()
}

const exits = `Results go to standard output, all else to standard error. ` + "`--format json`" + ` prints one object per line, with every verb;
an error is then an object on standard error, ` + "`{\"error\":TEXT,\"exit\":CODE}`" + `, with ` + "`problems`" + ` where a configuration is wrong.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | failed |
| 2 | wrong usage or configuration |
| 3 | ` + "`--fail-on`" + `: something that severe was found |
| 130 | stopped by a signal before it was done; riposte serve, whose end that is, exits with 0 |
`

func groupOf(n *kong.Node) string {
	for ; n != nil; n = n.Parent {
		if n.Group != nil {
			return n.Group.Title
		}
	}
	return ""
}

func verb(n *kong.Node) string {
	describe(n)
	var b strings.Builder
	fmt.Fprintf(&b, "### riposte %s\n\n%s\n\n```\n%s\n```\n", strings.TrimPrefix(n.Path(), "riposte "), n.Help, "riposte "+n.Summary())
	if n.Detail != "" {
		b.WriteString("\n" + fenced(strings.TrimSpace(n.Detail)) + "\n")
	}
	b.WriteString("\n| argument or flag | for |\n| --- | --- |\n")
	for _, p := range n.Positional {
		fmt.Fprintf(&b, "| `%s` | %s |\n", p.Summary(), p.Help)
	}
	for _, flags := range n.AllFlags(true) {
		for _, f := range flags {
			if f.Name != "help" {
				fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(f.String(), "|", `\|`), strings.ReplaceAll(f.Help, "|", `\|`))
			}
		}
	}
	return b.String()
}

// fenced puts examples, which help indents by two, between fences.
func fenced(s string) string {
	before, examples, ok := strings.Cut(s, "\n\n  ")
	if !ok {
		return s
	}
	return before + "\n\n```\n" + strings.ReplaceAll(examples, "\n  ", "\n") + "\n```"
}

// A verb's text lies in a file of its own, which the compiler does not miss: every verb that people call has one, its
// examples are command lines that can be read, and no text is left over.
func TestEveryVerbHasItsHelp(t *testing.T) {
	parser, err := newParser(&shell{out: io.Discard, err: io.Discard}, &cli{})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := filepath.Glob("help/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, verb := range parser.Model.Leaves(true) {
		if verb.Detail == "" {
			if verb.Name != "version" { // whose line says all
				t.Errorf("%s: help/ has no text of it", verb.Path())
			}
			continue
		}
		told++
		for line := range strings.SplitSeq(verb.Detail, "\n") {
			example, ok := strings.CutPrefix(line, "  riposte ")
			if !ok {
				continue
			}
			words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(regexp.MustCompile(` [>|] `).Split(example, 2)[0], -1)
			fresh, err := newParser(&shell{out: io.Discard, err: io.Discard}, &cli{})
			if err == nil {
				_, err = fresh.Parse(words)
			}
			if err != nil {
				t.Errorf("riposte %s: %v", example, err)
			}
			if i := slices.Index(words, "--attack"); i >= 0 && !slices.Contains(names(append(demo.Attacks(), demo.Nights()...)), words[i+1]) {
				t.Errorf("riposte %s: there is no such attack", example)
			}
		}
	}
	if told != len(texts) {
		t.Errorf("%d texts for %d verbs", len(texts), told)
	}
}
