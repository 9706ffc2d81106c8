package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/ripostehq/riposte/internal/spelling"
)

// Enum is a text type with few values, all of which Enum returns whatever the receiver.
type Enum interface{ Enum() []string }

// Decode writes the node over what v points to and records what does not fit: unknown keys, wrong types, texts that a
// type refuses. What is absent, or empty, stays as it was. Keys are those of the yaml tags.
func (n Node) Decode(v any) { n.DecodeAs(v, "") }

// DecodeAs is Decode of a part that messages call by its path.
func (n Node) DecodeAs(v any, path string) { n.decode(reflect.ValueOf(v).Elem(), path) }

func (n Node) decode(v reflect.Value, path string) {
	if node, ok := v.Addr().Interface().(*Node); ok {
		*node = n
		return
	}
	if !n.Present() {
		return
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
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

// shaped reports whether a node is what a Go value wants, and complains with its path where it is not.
func (n Node) shaped(want, path string) bool {
	found := kindOf(n.n)
	if found == want {
		return true
	}
	if path != "" {
		path += ": "
	}
	n.Complain("%swant %s, found %s", path, want, found)
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
			e.Value.decode(v.Field(i), join(path, e.Key))
			continue
		}
		where := ""
		if path != "" {
			where = " in " + path
		}
		e.Unknown(where, spelling.Hint(e.Key, known))
	}
}

func (n Node) list(v reflect.Value, path string) {
	if !n.shaped("a list", path) {
		return
	}
	items := n.Items()
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
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
		value := reflect.New(v.Type().Elem()).Elem()
		e.Value.decode(value, join(path, e.Key))
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
		n.Complain("%s: want a text, found %s", path, kindOf(n.n))
		return
	}
	if err := v.UnmarshalText([]byte(s)); err != nil {
		n.Complain("%s: %v", path, err)
	}
}

func (n Node) scalar(v reflect.Value, path string) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		n.duration(v, path)
		return
	}
	want := ""
	switch v.Kind() {
	case reflect.String:
		want = n.str(v, path)
	case reflect.Bool:
		want = "true or false"
		if b, ok := n.n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			want = ""
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		want = "a whole number"
		if i, ok := whole(n.n); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			want = ""
		}
	case reflect.Float64:
		want = "a number"
		if f, ok := number(n.n); ok {
			v.SetFloat(f)
			want = ""
		}
	default:
		want = "nothing: the type " + v.Type().String() + " can't be configured"
	}
	if want != "" {
		n.Complain("%s: want %s, found %s", path, want, kindOf(n.n))
	}
}

// str writes a text and returns what it would have wanted instead.
func (n Node) str(v reflect.Value, path string) string {
	s, ok := n.n.(*ast.StringNode)
	literal, block := n.n.(*ast.LiteralNode)
	switch {
	case ok:
		v.SetString(s.Value)
	case block:
		v.SetString(literal.Value.Value)
	case kindOf(n.n) == "a number" || kindOf(n.n) == "true or false":
		return "a text (in quotes)"
	default:
		return "a text"
	}
	if e, ok := v.Interface().(Enum); ok && !slices.Contains(e.Enum(), v.String()) {
		n.Complain("%s: %q is not one of %s%s", path, v.String(), strings.Join(e.Enum(), ", "), spelling.Hint(v.String(), e.Enum()))
	}
	return ""
}

func (n Node) duration(v reflect.Value, path string) {
	s, ok := n.n.(*ast.StringNode)
	if !ok {
		n.Complain("%s: want a duration like 90s, 15m or 48h, found %s", path, kindOf(n.n))
		return
	}
	d, err := time.ParseDuration(s.Value)
	if err != nil {
		n.Complain("%s: want a duration like 90s, 15m or 48h, found %q", path, s.Value)
		return
	}
	v.SetInt(int64(d))
}

func whole(n ast.Node) (int64, bool) {
	i, ok := n.(*ast.IntegerNode)
	if !ok {
		return 0, false
	}
	switch x := i.Value.(type) {
	case int64:
		return x, true
	case uint64:
		return int64(x), x <= 1<<63-1
	}
	return 0, false
}

func number(n ast.Node) (float64, bool) {
	if f, ok := n.(*ast.FloatNode); ok {
		return f.Value, true
	}
	i, ok := whole(n)
	return float64(i), ok
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
