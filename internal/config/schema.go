package config

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// schema is the part of JSON Schema that an editor needs to complete keys and mark mistakes.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Default     any                `json:"default,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	AllOf       []*schema          `json:"allOf,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Patterns    map[string]*schema `json:"patternProperties,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // false, or a schema
	Required    []string           `json:"required,omitempty"`
	Defs        map[string]*schema `json:"$defs,omitempty"`
}

// Schema is the JSON Schema of the file, for editors: Parse knows more.
func Schema(catalogue []playbook.Definition) ([]byte, error) {
	s := of(reflect.ValueOf(defaults()))
	// Editors by yaml-language-server, VS Code's among them, read draft-07 whole and warn of later drafts. $defs is a later
	// draft's word, which a draft-07 reader finds all the same: a reference is a path, whatever the words in it.
	s.Schema, s.Title = "http://json-schema.org/draft-07/schema#", "riposte configuration"
	s.Properties["playbooks"] = playbooksSchema(catalogue, s.Properties["playbooks"].Description)

	// What others refer to: a mode, and the keys of a playbook, with parameters of its own.
	mode := defined("mode")
	book := object(map[string]*schema{"mode": mode, "params": {}})
	for _, class := range classes() {
		book.Properties[class] = mode
	}
	treatment := structSchema(reflect.ValueOf(Treatment{}))
	for _, key := range keysOfTreatment() {
		book.Properties[key] = treatment.Properties[key]
	}
	book.Patterns = map[string]*schema{accountID.String(): mode, ouID.String(): mode, "^(?!(" + strings.Join(reserved(), "|") + ")$)[a-z][a-z0-9_-]*$": mode}
	s.Defs = map[string]*schema{"level": {Type: "string", Enum: Mode("").Enum()}, "mode": {AnyOf: []*schema{defined("level"), termSchema()}}, "playbook": book}
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}

// playbooksSchema is what every playbook has in common, by reference, and the parameters of each.
func playbooksSchema(catalogue []playbook.Definition, help string) *schema {
	out := object(map[string]*schema{"defaults": object(map[string]*schema{"mode": defined("mode")})})
	out.Description = help
	for _, d := range catalogue {
		params := object(map[string]*schema{})
		for _, p := range d.Params {
			one := of(reflect.ValueOf(p.Default))
			one.Description, one.Default = p.Help, shown(p.Default)
			params.Properties[p.Name] = one
		}
		out.Properties[d.ID] = &schema{
			Description: d.Title, AllOf: []*schema{defined("playbook")}, Properties: map[string]*schema{"params": params},
		}
	}
	return out
}

// termSchema is that of a mode with an end.
func termSchema() *schema {
	s := of(reflect.ValueOf(Term{}))
	for _, name := range []string{"mode", "then"} {
		s.Properties[name] = &schema{Ref: defined("level").Ref, Description: s.Properties[name].Description}
	}
	s.Required = []string{"mode", "until"}
	return s
}

func defined(name string) *schema { return &schema{Ref: "#/$defs/" + name} }

func object(properties map[string]*schema) *schema {
	return &schema{Type: "object", Properties: properties, Additional: false}
}

// of is the schema of a Go value by its type; what the value holds is the default.
func of(v reflect.Value) *schema {
	if !v.IsValid() {
		return &schema{}
	}
	if e, ok := v.Interface().(strict.Enum); ok {
		return &schema{Type: "string", Enum: e.Enum()}
	}
	if _, ok := reflect.New(v.Type()).Interface().(encoding.TextUnmarshaler); ok || v.Type() == reflect.TypeFor[time.Duration]() {
		if strict.Keyed(v.Type()) {
			return &schema{AnyOf: []*schema{{Type: "string"}, structSchema(v)}}
		}
		return &schema{Type: "string"}
	}
	switch v.Kind() {
	case reflect.Struct:
		return structSchema(v)
	case reflect.Slice:
		return &schema{Type: "array", Items: of(reflect.Zero(v.Type().Elem()))}
	case reflect.Map:
		return &schema{Type: "object", Additional: of(reflect.Zero(v.Type().Elem()))}
	case reflect.Pointer:
		return of(reflect.Zero(v.Type().Elem()))
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	}
	return &schema{Type: "string"}
}

func structSchema(v reflect.Value) *schema {
	out := object(map[string]*schema{})
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("yaml")
		if name == "" {
			continue
		}
		one := &schema{Type: "object"} // a Node: its shape is known where it is decoded
		if f.Type != reflect.TypeFor[strict.Node]() {
			one = of(v.Field(i))
			one.Default = shown(v.Field(i).Interface())
		}
		one.Description = f.Tag.Get("help")
		out.Properties[name] = one
	}
	return out
}

// shown is a default as the file would spell it, nil where it says nothing.
func shown(v any) any {
	r := reflect.ValueOf(v)
	s, text := v.(interface{ String() string })
	if !r.IsValid() || r.IsZero() || r.Kind() == reflect.Struct && !text {
		return nil
	}
	if text {
		return s.String()
	}
	return v
}
