package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// ErrByHand is about a file whose shape an edit of a line does not fit.
var ErrByHand = errors.New("edit it by hand")

// WithMode is the text of a configuration with the mode of a playbook set at a key of it (mode, or a scope) to a value that fits on one line.
// Every other byte stays, comments too. The caller parses what comes out: of YAML's many shapes only the usual ones are edited.
func WithMode(text []byte, playbookID, key, value string) ([]byte, error) {
	f, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil || len(f.Docs) > 1 {
		return nil, fmt.Errorf("the file is not one YAML document: %w", ErrByHand)
	}
	e := edit{text: text, key: key, value: value}
	if accountID.MatchString(key) {
		e.key = `"` + key + `"`
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return e.appended(playbookID), nil
	}
	books, ok := entry(f.Docs[0].Body, "playbooks")
	if !ok {
		return e.appended(playbookID), nil
	}
	book, ok := entry(books.Value, playbookID)
	if !ok {
		return e.into(books, playbookID+":", func(indent string) string { return indent + playbookID + ":\n" + indent + "  " + e.key + ": " + value }, "{"+e.key+": "+value+"}")
	}
	if said, ok := entry(book.Value, key); ok {
		return e.replaced(said.Value)
	}
	return e.into(book, e.key+":", func(indent string) string { return indent + e.key + ": " + value }, value)
}

// edit is one change of a text.
type edit struct {
	text       []byte
	key, value string
}

// appended is the text with a section of its own.
func (e edit) appended(playbookID string) []byte {
	out := bytes.Clone(e.text)
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, '\n')
	}
	return append(out, "playbooks:\n  "+playbookID+":\n    "+e.key+": "+e.value+"\n"...)
}

// into puts an entry at the beginning of a mapping: a line below the mapping's key, or behind the brace that opens it.
func (e edit) into(parent *ast.MappingValueNode, flowKey string, line func(indent string) string, flowValue string) ([]byte, error) {
	at := parent.Key.GetToken().Position
	indent := at.Column + 1 // two deeper than the key, whose column counts from 1
	switch m := parent.Value.(type) {
	case *ast.NullNode:
	case *ast.MappingValueNode:
		indent = m.Key.GetToken().Position.Column - 1
	case *ast.MappingNode:
		if m.IsFlowStyle {
			more := ", "
			if len(m.Values) == 0 {
				more = ""
			}
			open, err := e.offset(m.Start)
			if err != nil {
				return nil, err
			}
			return e.spliced(open+1, open+1, flowKey+" "+flowValue+more), nil
		}
		if len(m.Values) > 0 {
			indent = m.Values[0].Key.GetToken().Position.Column - 1
		}
	default:
		return nil, fmt.Errorf("line %d is no keys and values: %w", at.Line, ErrByHand)
	}
	start, err := e.offset(parent.Key.GetToken())
	if err != nil {
		return nil, err
	}
	end := bytes.IndexByte(e.text[start:], '\n')
	if end < 0 {
		return e.spliced(len(e.text), len(e.text), "\n"+line(strings.Repeat(" ", indent))+"\n"), nil
	}
	return e.spliced(start+end+1, start+end+1, line(strings.Repeat(" ", indent))+"\n"), nil
}

// replaced is the text with another value.
func (e edit) replaced(old ast.Node) ([]byte, error) {
	if m, ok := old.(*ast.MappingNode); ok && m.IsFlowStyle {
		from, err := e.offset(m.Start)
		to, err2 := e.offset(m.End)
		if err = errors.Join(err, err2); err != nil {
			return nil, err
		}
		return e.spliced(from, to+1, e.value), nil
	}
	s, ok := old.(*ast.StringNode)
	if !ok {
		return nil, fmt.Errorf("line %d is neither a mode nor one in braces: %w", old.GetToken().Position.Line, ErrByHand)
	}
	from, err := e.offset(s.GetToken())
	if err != nil {
		return nil, err
	}
	length := len(s.Value)
	if q := e.text[from]; q == '"' || q == '\'' {
		length += 2
	}
	return e.spliced(from, from+length, e.value), nil
}

func (e edit) spliced(from, to int, in string) []byte {
	out := bytes.Clone(e.text[:from])
	return append(append(out, in...), e.text[to:]...)
}

// offset is where a token stands, in bytes.
func (e edit) offset(t *token.Token) (int, error) {
	at := 0
	for range t.Position.Line - 1 {
		end := bytes.IndexByte(e.text[at:], '\n')
		if end < 0 {
			return 0, ErrByHand
		}
		at += end + 1
	}
	line := e.text[at:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	runes := []rune(string(line))
	if t.Position.Column-1 >= len(runes) {
		return 0, ErrByHand
	}
	return at + len(string(runes[:t.Position.Column-1])), nil
}

// entry is that of a mapping with a key.
func entry(n ast.Node, key string) (*ast.MappingValueNode, bool) {
	var all []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		all = m.Values
	case *ast.MappingValueNode:
		all = []*ast.MappingValueNode{m}
	}
	for _, v := range all {
		if k := v.Key.GetToken(); k != nil && k.Value == key {
			return v, true
		}
	}
	return nil, false
}
