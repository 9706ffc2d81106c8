package core

import (
	"reflect"
	"time"
	"unicode"
	"unicode/utf8"
)

// Camel is an SDK value in the spelling that most services have in CloudTrail: names begin in lower case, what was not
// given is absent, times are text.
func Camel(v any) any { return spell(reflect.ValueOf(v), LowerFirst) }

// Pascal is the same with the SDK's own names.
func Pascal(v any) any { return spell(reflect.ValueOf(v), func(s string) string { return s }) }

// OrNull is null for parameters of which none was given.
func OrNull(parameters any) any {
	if m, ok := parameters.(Fields); ok && len(m) == 0 {
		return nil
	}
	return parameters
}

func spell(v reflect.Value, name func(string) string) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return spell(v.Elem(), name)
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return Stamp(t)
		}
		return spellStruct(v, name)
	case reflect.Slice:
		list := make([]any, 0, v.Len())
		for i := range v.Len() {
			list = append(list, spell(v.Index(i), name))
		}
		return list
	case reflect.Map:
		m := Fields{}
		for _, k := range v.MapKeys() {
			m[k.String()] = spell(v.MapIndex(k), name)
		}
		return m
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

func spellStruct(v reflect.Value, name func(string) string) Fields {
	m := Fields{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && f.Name != "ResultMetadata" && !v.Field(i).IsZero() {
			m[name(f.Name)] = spell(v.Field(i), name)
		}
	}
	return m
}

// LowerFirst turns only the first letter into lower case, abbreviations too: vPCZoneIdentifier.
func LowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[n:]
}
