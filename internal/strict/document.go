// Package strict reads YAML into typed structs and says everything that is wrong with it, each with its place.
package strict

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxSize of a file in bytes: a configuration is written by people.
const MaxSize = 1 << 20

// Document is one YAML document and what was found wrong in it so far.
type Document struct {
	name     string
	lines    []string
	body     ast.Node
	problems Problems
	unread   map[ast.Node]bool // nodes that did not fit their type: what is missing because of that is no problem of its own
}

// Parse reads the text of one YAML document. The error is Problems where the text is not YAML at all.
func Parse(name string, data []byte) (*Document, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // editors on Windows begin files with it
	d := &Document{name: name, lines: strings.Split(string(data), "\n"), unread: map[ast.Node]bool{}}
	if len(data) > MaxSize {
		return nil, Problems{{File: name, Line: 1, Column: 1, Text: fmt.Sprintf("the file is larger than %d bytes", MaxSize)}}
	}
	if !utf8.Valid(data) {
		return nil, Problems{{File: name, Line: 1, Column: 1, Text: "the file is not UTF-8 text"}}
	}
	if deep(data) {
		return nil, Problems{{File: name, Line: 1, Column: 1, Text: "the file nests deeper than any configuration"}}
	}
	f, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey()) // the parser would tell of the first alone
	if err != nil {
		return nil, d.syntax(err)
	}
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		if d.body != nil {
			Node{d, doc.Body}.Complain("a second document in one file: only one is read")
			return nil, d.problems
		}
		d.body = doc.Body
	}
	if d.body != nil {
		ast.Walk(repetitions{d}, d.body)
	}
	return d, nil
}

// Root is the document as a whole.
func (d *Document) Root() Node { return Node{d, d.body} }

// Err is all that was found, as Problems by position, nil where that is nothing.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	d.problems = slices.Compact(d.problems) // said twice
	return d.problems
}

func (d *Document) problem(n ast.Node, keyEnd int, text string) Problem {
	p := Problem{File: d.name, Line: 1, Column: 1, Text: text}
	if n != nil && n.GetToken() != nil && n.GetToken().Position != nil {
		at := start(n).GetToken().Position
		p.Line, p.Column = at.Line, at.Column
	}
	p.excerpt = excerpt(d.lines, p.Line, keyEnd)
	return p
}

// start is where a node begins for a reader: a block mapping's own token is the colon of its first entry.
func start(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	}
	return n
}

// deep reports nesting that would cost a parser its stack: by brackets, or by indentation.
func deep(data []byte) bool {
	const most = 100
	open, indent, leading := 0, 0, true
	for _, c := range data {
		switch c {
		case '\n':
			indent, leading = 0, true
			continue
		case ' ', '-', '?':
			if leading {
				indent++
			}
		case '[', '{':
			open++
			leading = false
		case ']', '}':
			open = max(0, open-1)
			leading = false
		default:
			leading = false
		}
		if open > most || indent > 4*most {
			return true
		}
	}
	return false
}
