package config

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/ripostehq/riposte/playbook"
)

// Trusting is the configuration with one more principal trusted, for saying what that would change.
func (c *Config) Trusting(t Trust) *Config {
	supposed := *c
	supposed.Trusted = append(slices.Clone(c.Trusted), t)
	return &supposed
}

// List is a parameter of a playbook that is a list of texts, as it is set; false where there is no such parameter.
func (c *Config) List(playbookID, name string) ([]string, bool) {
	field, ok := parameter(c.params[playbookID], name)
	if !ok || field.Type() != reflect.TypeFor[[]string]() {
		return nil, false
	}
	return slices.Clone(field.Interface().([]string)), true
}

// Supposing is a playbook with one parameter, a list of texts, set otherwise; an error where that would not be valid.
func (c *Config) Supposing(p playbook.Playbook, name string, list []string) (playbook.Playbook, error) {
	return p.Definition.Knowing(c.People).Bind(func(v any) error {
		reflect.ValueOf(v).Elem().Set(reflect.ValueOf(c.params[p.ID]).Elem())
		field, ok := parameter(v, name)
		if !ok || field.Type() != reflect.TypeFor[[]string]() {
			return fmt.Errorf("%s has no list %s", p.ID, name)
		}
		field.Set(reflect.ValueOf(list))
		return nil
	})
}

// parameter is the field of parameters that the file calls by a name.
func parameter(params any, name string) (reflect.Value, bool) {
	if params == nil {
		return reflect.Value{}, false
	}
	v := reflect.ValueOf(params).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}
