package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"unicode/utf8"
)

// object is a JSON object of one record, with keys that are matched exactly: encoding/json would take "eventname" for
// "eventName", and keys that differ only by case do exist in one object. The first fault of a record stays in fault, so
// that decoding reads as a list of fields.
type object struct {
	path  string
	keys  map[string]json.RawMessage
	fault *error
}

// split opens an object; a key that stands there twice is a fault, since readers disagree on which of the two counts. What
// is absent or null is an empty object.
func split(raw json.RawMessage, path string, fault *error) object {
	o := object{path: path, fault: fault}
	if *fault != nil || isNull(raw) {
		return o
	}
	if raw[0] != '{' {
		o.fail("is no JSON object")
		return o
	}
	o.keys = make(map[string]json.RawMessage, min(len(raw)/40, 32))
	for key, value := range members(raw) {
		if _, twice := o.keys[key]; twice {
			o.fail("has the key %q twice", key)
			return o
		}
		o.keys[key] = value
	}
	return o
}

// members returns the keys and values of an object that is known to be valid JSON, as they stand there.
func members(raw json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for i := blank(raw, 1); raw[i] != '}'; {
			end := skipValue(raw, i)
			key := unquote(raw[i:end])
			i = blank(raw, blank(raw, end)+1) // past the colon
			end = skipValue(raw, i)
			if !yield(key, raw[i:end:end]) {
				return
			}
			if i = blank(raw, end); raw[i] == ',' {
				i = blank(raw, i+1)
			}
		}
	}
}

func (o object) fail(format string, args ...any) {
	if *o.fault == nil {
		*o.fault = fmt.Errorf("%s %s", o.path, fmt.Sprintf(format, args...))
	}
}

// object returns the object below a key.
func (o object) object(key string) object { return split(o.keys[key], key, o.fault) }

// raw returns the JSON below a key, nil where it is absent or null.
func (o object) raw(key string) json.RawMessage {
	if raw := o.keys[key]; !isNull(raw) {
		return raw
	}
	return nil
}

// text returns the string below a key. Numbers and booleans are given as they are written, since records hold both spellings
// (mfaAuthenticated, accountId); an object or list in their place is a fault.
func (o object) text(key string) string {
	raw := o.raw(key)
	switch {
	case raw == nil:
		return ""
	case raw[0] == '"':
		return unquote(raw)
	case raw[0] == '{' || raw[0] == '[':
		o.fail("has no text in %q", key)
		return ""
	}
	return string(raw)
}

// need returns the string below a key that no record may lack.
func (o object) need(key string) string {
	raw := o.raw(key)
	if raw == nil || raw[0] != '"' || len(raw) == len(`""`) {
		o.fail("has no %s", key)
		return ""
	}
	return unquote(raw)
}

// list returns the elements of the array below a key.
func (o object) list(key string) []json.RawMessage {
	var out []json.RawMessage
	if raw := o.raw(key); raw != nil && json.Unmarshal(raw, &out) != nil {
		o.fail("has no list in %q", key)
	}
	return out
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// unquote reads a valid JSON string.
func unquote(raw []byte) string {
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // valid by contract
	return s
}

// blank returns the first position at or after i that is not white space.
func blank(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

// skipValue returns the end of the value that begins at i, in JSON that is known to be valid.
func skipValue(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
	default:
		return i + bytes.IndexAny(b[i:], ",}] \t\r\n")
	}
	for depth := 0; ; i++ {
		switch b[i] {
		case '"':
			i = skipString(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

func skipString(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}
