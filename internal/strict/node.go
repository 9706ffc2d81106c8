package strict

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// Node is a place in a document: what a field of this type holds is decoded later, where its shape is known.
type Node struct {
	doc *Document
	n   ast.Node
}

// Entry is one key of a mapping.
type Entry struct {
	Key   string
	At    Node // of the key
	Value Node
}

// Present reports whether anything stands there.
func (n Node) Present() bool {
	if n.n == nil {
		return false
	}
	_, null := n.n.(*ast.NullNode)
	return !null
}

// Scalar reports whether a text, a number or the like stands there, and neither a list nor keys.
func (n Node) Scalar() bool {
	_, scalar := n.n.(ast.ScalarNode)
	return scalar && n.Present()
}

// Line of the node, from 1; 0 where nothing stands there.
func (n Node) Line() int {
	if n.n == nil {
		return 0
	}
	return start(n.n).GetToken().Position.Line
}

// Complain records a problem at the node.
func (n Node) Complain(format string, args ...any) {
	if !n.doc.unread[n.n] {
		n.doc.problems = append(n.doc.problems, n.Problem(format, args...))
	}
}

// misfit records that the node is not what its type reads; whatever else is missed there follows from it.
func (n Node) misfit(format string, args ...any) {
	n.Complain(format, args...)
	n.doc.unread[n.n] = true
}

// Problem is a remark at the node that does not make the document wrong.
func (n Node) Problem(format string, args ...any) Problem {
	return n.doc.problem(n.n, 0, fmt.Sprintf(format, args...))
}

// Unknown records that the key is not known; what stands behind it is not repeated.
func (e Entry) Unknown(where, hint string) {
	d := e.At.doc
	if name := placeholder.FindString(e.Key); name != "" {
		e.unreplaced(name)
		return
	}
	d.problems = append(d.problems, d.problem(e.At.n, e.end(), fmt.Sprintf("unknown key %q%s%s", e.Key, where, hint)))
}

// unreplaced records that the key is what a template left behind.
func (e Entry) unreplaced(name string) {
	e.At.doc.problems = append(e.At.doc.problems, e.At.doc.problem(e.At.n, e.end(), fmt.Sprintf("a key: "+unreplaced, name)))
}

// end is the column behind the key.
func (e Entry) end() int { return e.At.n.GetToken().Position.Column + len([]rune(e.Key)) }

// Entries are the keys of a mapping in the order of the file; anything else is a problem.
func (n Node) Entries() []Entry {
	if !n.Present() {
		return nil
	}
	var values []*ast.MappingValueNode
	switch m := n.n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		n.Complain("want keys and values, found %s", kindOf(n.n))
		return nil
	}
	var out []Entry
	for _, v := range values {
		e := Entry{At: Node{n.doc, v.Key}, Value: Node{n.doc, v.Value}}
		switch k := v.Key.(type) {
		case *ast.StringNode:
			e.Key = k.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
			e.Key = k.GetToken().Value // a key is text, whatever it looks like: 111122223333 is an account
		default:
			e.At.Complain("a key is plain text: no anchors, merges or tags")
			continue
		}
		out = append(out, e)
	}
	return out
}

// Items are the elements of a sequence; anything else is a problem.
func (n Node) Items() []Node {
	if !n.Present() {
		return nil
	}
	s, ok := n.n.(*ast.SequenceNode)
	if !ok {
		n.Complain("want a list, found %s", kindOf(n.n))
		return nil
	}
	out := make([]Node, 0, len(s.Values))
	for _, v := range s.Values {
		out = append(out, Node{n.doc, v})
	}
	return out
}

// At goes down by keys (string) and indexes (int), as far as the document does: the place to complain at.
func (n Node) At(path ...any) Node {
	for _, step := range path {
		quiet := Node{&Document{unread: map[ast.Node]bool{}}, n.n} // what is wrong here was told when it was decoded
		var next ast.Node
		switch step := step.(type) {
		case string:
			if i := slices.IndexFunc(quiet.Entries(), func(e Entry) bool { return e.Key == step && e.Value.n != nil }); i >= 0 {
				next = quiet.Entries()[i].Value.n
			}
		case int:
			if items := quiet.Items(); step < len(items) {
				next = items[step].n
			}
		}
		if next == nil {
			return n
		}
		n.n = next
	}
	return n
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "nothing"
	case *ast.AliasNode, *ast.AnchorNode, *ast.MergeKeyNode:
		return "an anchor or alias, which are not read here"
	case *ast.TagNode:
		return "a tag, which is not read here"
	}
	return "something else"
}
