package launch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// node is a piece of a record's parameters. Keys are matched exactly, since one object may hold two that differ only by
// case; whatever is not there, or of another type, reads as nothing.
type node struct{ v any }

// parse reads parameters; what is no JSON reads as nothing.
func parse(raw json.RawMessage) node {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var n node
	if d.Decode(&n.v) != nil {
		return node{}
	}
	return n
}

// at walks down by exact keys.
func (n node) at(path ...string) node {
	for _, key := range path {
		m, _ := n.v.(map[string]any)
		n.v = m[key]
	}
	return n
}

// has reports whether there is anything, null included.
func (n node) has(key string) bool {
	m, _ := n.v.(map[string]any)
	_, ok := m[key]
	return ok
}

// unwrap takes off the one layer that some EC2 calls are recorded with: {"CreateLaunchTemplateRequest": {...}}.
func (n node) unwrap(wrapper string) node {
	if n.has(wrapper) {
		return n.at(wrapper)
	}
	return n
}

// named finds a parameter by either spelling of its first letter: wrapped calls write LaunchTemplateId.
func (n node) named(key string) node {
	if n.has(key) {
		return n.at(key)
	}
	return n.at(strings.ToUpper(key[:1]) + key[1:])
}

// text is a string, a number or a boolean as text; also one inside {"value": ...} or {"tag": 1, "content": ...}.
func (n node) text() string {
	switch v := n.v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case map[string]any:
		for _, key := range []string{"value", "content"} {
			if inner := (node{v[key]}); inner.v != nil {
				return inner.scalar()
			}
		}
	}
	return ""
}

// scalar is text that does not look deeper: a hostile record may nest without end.
func (n node) scalar() string {
	if _, ok := n.v.(map[string]any); ok {
		return ""
	}
	return n.text()
}

// items are the members of a list, or of {"items": [...]}, {"item": [...]} as EC2 writes lists. An empty list is {}.
func (n node) items() []node {
	list, ok := n.v.([]any)
	for _, key := range []string{"items", "item"} {
		if !ok {
			list, ok = n.at(key).v.([]any)
		}
	}
	var out []node
	for _, v := range list {
		out = append(out, node{v})
	}
	return out
}

// first is what the first member of a list has under a key.
func (n node) first(key string) string {
	for _, one := range n.items() {
		return one.at(key).scalar()
	}
	return ""
}

// tag is the value of one tag, in a list of them ({"key", "value"}) or in an object.
func (n node) tag(key string) string {
	for _, t := range n.items() {
		if t.at("key").scalar() == key {
			return t.at("value").scalar()
		}
	}
	return n.at(key).scalar()
}
