// Package request reads what a record says was asked for, and what AWS answered: text that an attacker may have made.
package request

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// Value is a piece of a record's parameters. Keys are matched exactly, since one object may hold two that differ only by
// case; whatever is not there, or of another type, reads as nothing.
type Value struct{ v any }

// Of returns the parameters of a call.
func Of(e event.Event) Value { return parse(e.Request, e.Name+"Request") }

// Answer returns what AWS answered to a call.
func Answer(e event.Event) Value { return parse(e.Response, e.Name+"Response") }

// Additional returns what the service says beside the parameters and the answer.
func Additional(e event.Event) Value { return parse(e.Additional, e.Name+"AdditionalEventData") }

// parse returns parameters, without the layer that some EC2 calls are recorded with: {"CreateLaunchTemplateRequest": {...}}.
// What is no JSON reads as nothing.
func parse(raw json.RawMessage, wrapper string) Value {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var n Value
	if d.Decode(&n.v) != nil {
		return Value{}
	}
	if n.Has(wrapper) {
		return n.At(wrapper)
	}
	return n
}

// At returns what lies at the end of a path of exact keys.
func (n Value) At(path ...string) Value {
	for _, key := range path {
		m, _ := n.v.(map[string]any)
		n.v = m[key]
	}
	return n
}

// Has reports whether there is anything under a key, null included.
func (n Value) Has(key string) bool {
	m, _ := n.v.(map[string]any)
	_, ok := m[key]
	return ok
}

// IsNull reports whether there is nothing, or null.
func (n Value) IsNull() bool { return n.v == nil }

// Named returns a parameter by either spelling of its first letter: wrapped calls write LaunchTemplateId.
func (n Value) Named(key string) Value {
	if n.Has(key) {
		return n.At(key)
	}
	return n.At(strings.ToUpper(key[:1]) + key[1:])
}

// Text returns a string, a number or a boolean as text; also one inside {"value": ...} or {"tag": 1, "content": ...}.
func (n Value) Text() string {
	for _, key := range []string{"value", "content"} {
		if inner := n.At(key); !inner.IsNull() {
			return inner.Scalar()
		}
	}
	return n.Scalar()
}

// Scalar returns text without looking deeper: a hostile record may nest without end.
func (n Value) Scalar() string {
	switch v := n.v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// Items returns the members of a list, or of {"items": [...]}, {"item": [...]} as EC2 writes lists. An empty list is {}.
func (n Value) Items() []Value {
	list, ok := n.v.([]any)
	for _, key := range []string{"items", "item"} {
		if !ok {
			list, ok = n.At(key).v.([]any)
		}
	}
	var out []Value
	for _, v := range list {
		out = append(out, Value{v})
	}
	return out
}

// First returns what the first member of a list has under a key.
func (n Value) First(key string) string {
	for _, one := range n.Items() {
		return one.At(key).Scalar()
	}
	return ""
}

// Tag returns the value of one tag, in a list of them ({"key", "value"}) or in an object.
func (n Value) Tag(key string) string {
	for _, t := range n.Items() {
		if t.At("key").Scalar() == key {
			return t.At("value").Scalar()
		}
	}
	return n.At(key).Scalar()
}
