package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ripostehq/riposte/internal/spelling"
)

// Enum is a text type with few values, all of which Enum returns whatever the receiver.
type Enum interface{ Enum() []string }

// Decode writes the node over what v points to and records what does not fit: unknown keys, wrong types, texts that a
// type refuses. What is absent, or empty, stays as it was. Keys are those of the yaml tags; messages call the node by its
// path, "" for a whole document.
func (n Node) Decode(v any, path string) { n.decode(reflect.ValueOf(v).Elem(), path) }

func (n Node) decode(v reflect.Value, path string) {
	if node, ok := v.Addr().Interface().(*Node); ok {
		*node = n
		return
	}
	if !n.Present() {
		return
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok && (kindOf(n.n) != "keys and values" || !Keyed(v.Type())) {
		n.text(text, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		n.object(v, path)
	case reflect.Slice:
		n.list(v, path)
	case reflect.Map:
		n.table(v, path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		n.decode(v.Elem(), path)
	default:
		n.scalar(v, path)
	}
}

// Keyed reports whether a type is written as keys and values. One that also reads a text has that as its short form.
func Keyed(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("yaml") != "" })
}

// shaped reports whether a node is what a Go value wants, and complains with its path where it is not.
func (n Node) shaped(want, path string) bool {
	found := kindOf(n.n)
	if found == want {
		return true
	}
	if path != "" {
		path += ": "
	}
	n.misfit("%swant %s, found %s", path, want, found)
	return false
}

func (n Node) object(v reflect.Value, path string) {
	if !n.shaped("keys and values", path) {
		return
	}
	fields := map[string]int{}
	var known []string
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "" {
			fields[name] = i
			known = append(known, name)
		}
	}
	for _, e := range n.Entries() {
		if i, ok := fields[e.Key]; ok {
			e.Value.decode(v.Field(i), strings.TrimPrefix(path+"."+e.Key, "."))
			continue
		}
		where := ""
		if path != "" {
			where = " in " + path
		}
		e.Unknown(where, spelling.Among(e.Key, known))
		n.doc.unread[n.n] = true // what is missing was probably meant by it
	}
}

func (n Node) list(v reflect.Value, path string) {
	if !n.shaped("a list", path) {
		return
	}
	items := n.Items()
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if !item.Present() {
			item.misfit("%s[%d]: nothing stands here", path, i)
		}
		item.decode(out.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(out)
}

func (n Node) table(v reflect.Value, path string) {
	if !n.shaped("keys and values", path) {
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, e := range n.Entries() {
		key := strings.TrimPrefix(path+"."+e.Key, ".")
		if name := placeholder.FindString(e.Key); name != "" {
			e.unreplaced(name)
			continue // a map has its keys checked by what reads it, and this one is none
		}
		if !e.Value.Present() {
			e.At.Complain("%s: nothing stands here", key)
		}
		value := reflect.New(v.Type().Elem()).Elem()
		e.Value.decode(value, key)
		out.SetMapIndex(reflect.ValueOf(e.Key).Convert(v.Type().Key()), value)
	}
	v.Set(out)
}

func (n Node) text(v encoding.TextUnmarshaler, path string) {
	var s string
	switch x := n.n.(type) {
	case *ast.StringNode:
		s = x.Value
	case *ast.IntegerNode, *ast.FloatNode:
		s = n.n.GetToken().Value
	default:
		n.misfit("%s: want a text, found %s", path, kindOf(n.n))
		return
	}
	if name := placeholder.FindString(s); name != "" {
		n.misfit("%s: "+unreplaced, path, name)
		return
	}
	if err := v.UnmarshalText([]byte(s)); err != nil {
		n.misfit("%s: %v", path, err)
	}
}
