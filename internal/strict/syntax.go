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
	if tab := d.tab(p.Line); tab > 0 {
		p.Column, p.Text = tab, "a tab: YAML is indented with spaces"
	} else if o, text := unbalanced(strings.Join(d.lines, "\n"), p.Line); text != "" && (strings.ContainsAny(p.Text, "[]{}") || strings.Contains(p.Text, "not allowed in this context")) {
		p.Line, p.Column, p.Text = o.line, o.column, text
	} else {
		p.Text = plainly(p.Text)
	}
	p.excerpt = excerpt(d.lines, p.Line, 0)
	return Problems{p}
}

// plainly says what a parser can't: which mistake of people its words stand for.
func plainly(text string) string {
	switch text {
	case "mapping value is not allowed in this context":
		return "a value stands here already: the next key goes on a line of its own, indented as its neighbours; a text with \": \" in it needs quotes"
	case "value is not allowed in this context":
		return "what stands here belongs to nothing above: is it indented as its neighbours?"
	}
	return text
}

// tab is the column of a tab that a line is indented with, 0 where there is none.
func (d *Document) tab(line int) int {
	if line < 1 || line > len(d.lines) {
		return 0
	}
	text := d.lines[line-1]
	return strings.Index(text[:len(text)-len(strings.TrimLeft(text, " \t"))], "\t") + 1
}

// twice records each key of a mapping that was there before.
func (d *Document) twice() {
	if d.body != nil {
		ast.Walk(visitor(d.repeated), d.body)
	}
}

type visitor func(*ast.MappingNode)

// Visit looks at mappings, and below them.
func (v visitor) Visit(n ast.Node) ast.Visitor {
	if m, ok := n.(*ast.MappingNode); ok {
		v(m)
	}
	return v
}

func (d *Document) repeated(m *ast.MappingNode) {
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
}
