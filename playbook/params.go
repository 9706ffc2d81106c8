package playbook

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/ripostehq/riposte/action"
)

// Param describes one parameter of a playbook, for people and for the editor's schema.
type Param struct {
	Name    string // as in the configuration
	Type    reflect.Type
	Default any
	Help    string
}

// params reads the fields of a parameter struct: the yaml tag names one, the help tag says what it is for.
func params(defaults any) []Param {
	v := reflect.ValueOf(defaults)
	if v.Kind() != reflect.Struct {
		return nil
	}
	var out []Param
	for i := range v.NumField() {
		f := v.Type().Field(i)
		out = append(out, Param{Name: f.Tag.Get("yaml"), Type: f.Type, Default: v.Field(i).Interface(), Help: f.Tag.Get("help")})
	}
	return out
}

// Validate refuses a catalogue that can't be trusted: two playbooks of one id, or one that does not say what it is, what
// starts it, what rights it needs, what it changes, what would prevent what it
// finds, or a story of it; and one that changes what no kind of action does.
func Validate(catalogue []Definition, kinds []action.Kind) error {
	if err := action.Validate(kinds); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, d := range catalogue {
		if seen[d.ID] {
			return fmt.Errorf("playbook %q is listed twice", d.ID)
		}
		seen[d.ID] = true
		if err := d.complete(); err != nil {
			return fmt.Errorf("playbook %q: %w", d.ID, err)
		}
		for _, k := range d.Changes {
			if !slices.ContainsFunc(kinds, func(known action.Kind) bool { return known.Name == k.Name }) {
				return fmt.Errorf("playbook %q may do %s, which is none of the kinds of actions that there are", d.ID, k.Name)
			}
		}
	}
	return nil
}

func (d Definition) complete() error {
	if d.unread != nil {
		return fmt.Errorf("its stories: %w", d.unread)
	}
	_, told := d.Stories.First()
	for _, need := range []struct {
		what    string
		missing bool
	}{
		{"id", d.ID == ""}, {"title", d.Title == ""}, {"why", d.Why == ""}, {"severity", d.Severity == ""},
		{"trigger or listing", len(d.On) == 0 && !d.watches && len(d.Lists) == 0}, {"permissions (Reads)", len(d.Reads) == 0 && !d.Tells}, {"changes", len(d.Changes) == 0 && !d.Tells},
		{"prevention", len(d.Prevents) == 0}, {"stories that fire it", !told}, {"definition (use playbook.Define)", d.bind == nil},
	} {
		if need.missing {
			return fmt.Errorf("has no %s", need.what)
		}
	}
	switch {
	case d.Tells && (len(d.Changes) > 0 || d.plans):
		return fmt.Errorf("tells, and has changes or a plan: what changes something says what it would do")
	case d.Tells && !d.joins:
		return fmt.Errorf("tells, and has no Join: what two findings of one root say together")
	case !d.Tells && d.joins:
		return fmt.Errorf("has a Join, and does not only tell")
	}
	for _, t := range d.On {
		switch t := t.(type) {
		case Notices:
		case Callers:
			if !t.Instances && len(t.Named) == 0 && t.People == nil {
				return fmt.Errorf("has a trigger that names no caller")
			}
		default:
			if len(t.routed()) == 0 {
				return fmt.Errorf("has a trigger that names no call")
			}
		}
	}
	for _, p := range d.Params {
		if p.Name == "" || p.Help == "" {
			return fmt.Errorf("has a parameter without yaml name or help: %+v", p)
		}
	}
	return nil
}
