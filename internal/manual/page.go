// Package manual writes what people read about a playbook, in the terminal and as a page, from what it says of itself.
package manual

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// Section of a page; what is empty is left out.
type Section struct {
	Title string
	Texts []string
	Table Table
	Code  string // JSON, or a plan
}

// Table has as many cells in each row as in its head.
type Table struct {
	Head []string
	Rows [][]string
	Line string // a row as a sentence, for terminals too narrow for columns
}

// Page returns all there is to know about a playbook, in the order in which it is asked for.
func Page(d playbook.Definition, kinds []action.Kind) []Section {
	triggers := Table{Head: []string{"source", "events"}, Line: "%s: %s"}
	for _, heard := range d.Hears() {
		triggers.Rows = append(triggers.Rows, []string{heard.Source, strings.Join(heard.Names, ", ")})
	}
	for _, by := range d.Callers() {
		triggers.Rows = append(triggers.Rows, []string{"any", by.Says()})
	}
	for _, l := range d.Lists {
		triggers.Rows = append(triggers.Rows, []string{"a daily sweep", l.Kind})
	}
	if d.Watches() && len(d.Callers()) == 0 { // else the defaults name them
		triggers.Rows = append(triggers.Rows, []string{"any", "calls by the callers that its parameters name, reads and refused ones where it asks for them"})
	}
	changes := Table{Head: []string{"action", "class", "does", "taken back"}, Line: "%s (%s): %s; taken back: %s"}
	for _, k := range d.Changes {
		back := "yes"
		if k.Final != "" {
			back = "no: " + k.Final
		}
		changes.Rows = append(changes.Rows, []string{k.Name, string(k.Class), k.Does, back})
	}
	parameters := Table{Head: []string{"parameter", "type", "default", "for"}, Line: "%s (%s, default %s): %s"}
	for _, p := range d.Params {
		parameters.Rows = append(parameters.Rows, []string{p.Name, TypeName(p.Type), Value(p.Default), p.Help})
	}
	out := []Section{
		{Title: "Why", Texts: []string{squeeze(d.Why)}},
		{Title: "Severity", Texts: []string{string(d.Severity)}},
		{Title: "Triggers", Table: triggers},
		{Title: "When it decides", Texts: decides(d)},
		{Title: "What it may change", Texts: nothing(d), Table: changes},
		{Title: "Parameters", Table: parameters},
		{Title: "Rights", Table: rights(d, kinds)},
		{Title: "Names", Table: claims(d)},
	}
	for _, p := range d.Prevents {
		out = append(out, Section{Title: "Prevention: " + string(p.Kind), Texts: []string{squeeze(p.How)}, Code: indent(p.Document)})
	}
	if example, ok := d.Stories.First(); ok {
		text, code := "A CloudTrail record that it fires on:", example.Record
		if example.Listed != nil {
			text, code = "What a sweep lists that it finds:", example.Listed.JSON()
		}
		out = append(out,
			Section{Title: "An example", Texts: []string{text}, Code: indent(code)},
			Section{Title: "What it plans then", Code: strings.Join(example.Plans, "\n")})
	}
	return out
}

// nothing says so of a playbook that changes nothing.
func nothing(d playbook.Definition) []string {
	if !d.Tells {
		return nil
	}
	return []string{"Nothing, in no mode: what it finds is told, and its cases end as observed."}
}

// decides says when a playbook decides that does not at once.
func decides(d playbook.Definition) []string {
	if d.Window == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s after the event, with the default parameters: what else happens until then counts.", Value(d.Window))}
}

// rights returns those that the playbook needs to answer and to take back, by role.
func rights(d playbook.Definition, kinds []action.Kind) Table {
	t := Table{Head: []string{"role", "calls"}, Line: "%s: %s"}
	tiers, err := permissions.For([]playbook.Definition{d}, kinds)
	if err != nil {
		return Table{Head: t.Head, Rows: [][]string{{"none", err.Error()}}, Line: t.Line}
	}
	for _, tier := range tiers {
		var calls []string
		for _, s := range tier.Document.Statement {
			if s.Effect == "Allow" && !slices.Contains(calls, s.Action[0]) { // one call may be allowed for several ends
				calls = append(calls, s.Action...)
			}
		}
		t.Rows = append(t.Rows, []string{tier.Role, strings.Join(calls, ", ")})
	}
	return t
}

// TypeName returns a parameter's type in the words of the configuration.
func TypeName(t reflect.Type) string {
	switch {
	case t == nil:
		return ""
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	}
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + TypeName(t.Elem())
	case reflect.Map:
		return TypeName(t.Elem()) + " by name"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "whole number"
	case reflect.Float64:
		return "number"
	}
	return "text"
}

// Value returns a default as the configuration would spell it.
func Value(v any) string {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid() || r.Kind() == reflect.Slice && r.Len() == 0 || r.Kind() == reflect.Map && r.Len() == 0:
		return "none"
	case r.Kind() == reflect.Slice:
		items := make([]string, 0, r.Len())
		for i := range r.Len() {
			items = append(items, fmt.Sprint(r.Index(i).Interface()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case r.Kind() == reflect.String && r.Len() == 0:
		return "none"
	}
	s := fmt.Sprint(v)
	if _, ok := v.(time.Duration); !ok {
		return s
	}
	if strings.HasSuffix(s, "m0s") { // 1h, not 1h0m0s
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// squeeze joins the lines of a paragraph that was broken to fit into source code.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// indent returns a JSON document for people; what is no JSON stays as it is.
func indent(s string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(s), "", "  ") != nil {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(b.String())
}
