package core

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter keeps what passes every filter: one of its values must match, where * and ? stand for any letters and for one.
// Paths say where in a row each filter looks. Tags can be asked for where a path named "tag" says where they are.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func Filter[T, F any](all []T, filters []F, paths map[string]string) ([]T, *Refusal) {
	return filtered(all, reflect.ValueOf(filters), paths)
}

func filtered[T any](all []T, filters reflect.Value, paths map[string]string) ([]T, *Refusal) {
	for i := range filters.Len() {
		name, values := strings.Join(texts(filters.Index(i), "Name"), ""), texts(filters.Index(i), "Values")
		filter, key, _ := strings.Cut(name, ":")
		path, known := paths[filter]
		if !known {
			return nil, Refuse("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		all = slices.DeleteFunc(slices.Clone(all), func(t T) bool {
			have := texts(reflect.ValueOf(t), path)
			if key != "" {
				have = tagged(reflect.ValueOf(t), path, key)
			}
			return !slices.ContainsFunc(values, func(pattern string) bool {
				return slices.ContainsFunc(have, func(v string) bool { return like(pattern, v) })
			})
		})
	}
	return all, nil
}

// texts are the strings at a path of fields. Lists spread, maps give their keys, and what is not there gives none.
func texts(v reflect.Value, path string) (out []string) {
	first, rest, _ := strings.Cut(path, ".")
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return texts(v.Elem(), path)
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, texts(v.Index(i), path)...)
		}
		return out
	case reflect.Map:
		for _, k := range v.MapKeys() {
			out = append(out, k.String())
		}
		return out
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return []string{Milliseconds(t)}
		}
		return texts(v.FieldByName(first), rest)
	case reflect.Bool:
		return []string{strconv.FormatBool(v.Bool())}
	}
	return []string{v.String()}
}

// tagged is the value of one tag, in a map or in a list of the SDK's.
func tagged(v reflect.Value, path, key string) []string {
	tags := reflect.Indirect(v).FieldByName(path)
	if tags.Kind() == reflect.Map {
		if value := tags.MapIndex(reflect.ValueOf(key)); value.IsValid() {
			return []string{value.String()}
		}
		return nil
	}
	for i := range tags.Len() {
		if k := texts(tags.Index(i), "Key"); len(k) == 1 && k[0] == key {
			return texts(tags.Index(i), "Value")
		}
	}
	return nil
}

// Milliseconds is a time as EC2 filters and answers have it.
func Milliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// like matches EC2's patterns.
func like(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
