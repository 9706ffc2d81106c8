package playbook

import (
	"reflect"
	"slices"

	"github.com/ripostehq/riposte/action"
)

// Always returns a playbook's Changes where no parameter makes a difference.
func Always[P any](kinds ...action.Kind) func(P) []action.Kind {
	return func(P) []action.Kind { return kinds }
}

// changes returns the kinds that a playbook may use by any parameters: a deployment is made before they are known. Every
// combination of the parameters that have a list of values (Enum), or are yes or no, is asked.
func changes[P any](of func(P) []action.Kind, defaults P) (all []action.Kind) {
	if of == nil {
		return nil
	}
	for _, p := range variants(defaults) {
		for _, k := range of(p) {
			if !slices.ContainsFunc(all, func(have action.Kind) bool { return have.Name == k.Name }) {
				all = append(all, k)
			}
		}
	}
	return all
}

// variants returns parameters that differ in the fields that have few values, the defaults first.
func variants[P any](defaults P) []P {
	all := []P{defaults}
	t := reflect.TypeFor[P]()
	if t.Kind() != reflect.Struct {
		return all
	}
	for i := range t.NumField() {
		for _, p := range slices.Clone(all) {
			for _, v := range values(t.Field(i).Type) {
				other := p
				if field := reflect.ValueOf(&other).Elem().Field(i); !field.Equal(v) {
					field.Set(v)
					all = append(all, other)
				}
			}
		}
	}
	return all
}

// values returns all that a parameter of the type may have, nil where they are not listed.
func values(t reflect.Type) (all []reflect.Value) {
	zero := reflect.Zero(t)
	if t.Kind() == reflect.Bool {
		return []reflect.Value{zero, reflect.ValueOf(true).Convert(t)}
	}
	listed, ok := zero.Interface().(interface{ Enum() []string })
	if !ok || t.Kind() != reflect.String {
		return nil
	}
	for _, text := range listed.Enum() {
		all = append(all, reflect.ValueOf(text).Convert(t))
	}
	return all
}
