package strict

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// syntax gives the parser's error the shape of ours, and says what people can do about it where the parser says what it can't.
func (d *Document) syntax(err error) Problems {
	p := Problem{File: d.name, Line: 1, Column: 1, Text: err.Error()}
	var y yaml.Error
	if !errors.As(err, &y) {
		return Problems{p}
	}
	p.Text = y.GetMessage()
	if t := y.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	var indent string
	if p.Line >= 1 && p.Line <= len(d.lines) {
		text := d.lines[p.Line-1]
		indent = text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	}
	o, open := unbalanced(strings.Join(d.lines, "\n"), p.Line)
	switch tab := strings.Index(indent, "\t"); {
	case tab >= 0:
		p.Column, p.Text = tab+1, "a tab: YAML is indented with spaces"
	case open != "" && (strings.ContainsAny(p.Text, "[]{}") || strings.Contains(p.Text, "not allowed in this context")):
		p.Line, p.Column, p.Text = o.line, o.column, open
	case p.Text == "mapping value is not allowed in this context":
		p.Text = "a value stands here already: the next key goes on a line of its own, indented as its neighbours; a text with \": \" in it needs quotes"
	case p.Text == "value is not allowed in this context":
		p.Text = "what stands here belongs to nothing above: is it indented as its neighbours?"
	}
	p.excerpt = excerpt(d.lines, p.Line, 0)
	return Problems{p}
}

// repetitions walks a document and records each key of a mapping that was there before.
type repetitions struct{ *Document }

// Visit looks at a mapping's own keys, and goes on below them.
func (d repetitions) Visit(n ast.Node) ast.Visitor {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return d
	}
	first := map[string]int{}
	for _, e := range (Node{&Document{unread: map[ast.Node]bool{}}, m}).Entries() {
		line, was := first[e.Key]
		if !was {
			first[e.Key] = e.At.Line()
			continue
		}
		text := fmt.Sprintf("key %q is there twice: first in line %d", e.Key, line)
		d.problems = append(d.problems, d.problem(e.At.n, e.end(), text))
	}
	return d
}
