package rewrite

import (
	"bytes"
	"encoding/json"
	"strings"
)

// words is a text or a list of them.
type words []string

// UnmarshalJSON takes both.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

// statements is one statement or a list of them.
type statements []statement

// UnmarshalJSON takes both.
func (l *statements) UnmarshalJSON(b []byte) error {
	var one statement
	if json.Unmarshal(b, &one) == nil {
		*l = statements{one}
		return nil
	}
	return json.Unmarshal(b, (*[]statement)(l))
}

// plain is a statement's own encoding.
type plain statement

// UnmarshalJSON keeps the bytes beside what they say.
func (s *statement) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.raw = bytes.Clone(b)
	return nil
}

// MarshalJSON writes what was not changed as it was read.
func (s statement) MarshalJSON() ([]byte, error) {
	if s.raw != nil {
		return s.raw, nil
	}
	return []byte(encode(plain(s))), nil
}

// encode writes without white space, and leaves <, > and & as they are: nothing of a policy is rewritten on the way. What it is asked to
// write was read from JSON, so that it can be written.
func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
