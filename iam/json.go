package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth bounds nesting; a policy needs five levels.
const maxDepth = 32

// nodeKind is the sort of a JSON value, in words fit for an error.
type nodeKind string

const (
	objectNode nodeKind = "an object"
	listNode   nodeKind = "a list"
	stringNode nodeKind = "a string"
	numberNode nodeKind = "a number"
	boolNode   nodeKind = "a boolean"
	nullNode   nodeKind = "null"
)

// node is a JSON value that has kept the order of its keys and lost none.
type node struct {
	kind   nodeKind
	text   string // string, number as written, "true" or "false"
	list   []node
	fields []field
}

type field struct {
	key   string
	value node
}

// items returns the elements of a list, or the value itself: AWS takes either wherever it takes a list.
func (n node) items() []node {
	if n.kind == listNode {
		return n.list
	}
	return []node{n}
}

// readJSON reads exactly one value, and refuses an object that has a key twice: decoders differ in which they take.
func readJSON(b []byte) (node, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	n, err := readNode(d, 0)
	if errors.Is(err, io.EOF) {
		return node{}, io.ErrUnexpectedEOF
	}
	if err != nil {
		return node{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return node{}, errors.New("something follows the policy")
	}
	return n, nil
}

func readNode(d *json.Decoder, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return node{}, err
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			return readObject(d, depth)
		}
		return readList(d, depth)
	case string:
		return node{kind: stringNode, text: v}, nil
	case json.Number:
		return node{kind: numberNode, text: v.String()}, nil
	case bool:
		return node{kind: boolNode, text: fmt.Sprint(v)}, nil
	}
	return node{kind: nullNode}, nil
}

func readObject(d *json.Decoder, depth int) (node, error) {
	n := node{kind: objectNode}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return node{}, err
		}
		key := t.(string) // the decoder gives a key or an error here
		if seen[key] {
			return node{}, fmt.Errorf("key %q stands twice in one object", key)
		}
		seen[key] = true
		v, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.fields = append(n.fields, field{key, v})
	}
	_, err := d.Token()
	return n, err
}

func readList(d *json.Decoder, depth int) (node, error) {
	n := node{kind: listNode}
	for d.More() {
		v, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.list = append(n.list, v)
	}
	_, err := d.Token()
	return n, err
}
