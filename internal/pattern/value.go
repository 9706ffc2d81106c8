package pattern

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Value is what a pattern wants of a field: one text, or an operator as its JSON, {"prefix":"aws."}.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
type Value string

// The operators that riposte's patterns use.
const (
	byAWS  Value = `{"prefix":"aws."}`
	absent Value = `{"exists":false}`
)

func like(wildcard string) Value { return Value(fmt.Sprintf(`{"wildcard":%q}`, wildcard)) }

func values(texts ...string) (all []Value) {
	for _, t := range texts {
		all = append(all, Value(t))
	}
	return all
}

func (v Value) operator() bool { return len(v) > 0 && v[0] == '{' }

// MarshalJSON writes an operator as the object that it is.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.operator() {
		return []byte(v), nil
	}
	return json.Marshal(string(v))
}

// UnmarshalJSON reads both.
func (v *Value) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var compact bytes.Buffer
		if err := json.Compact(&compact, b); err != nil {
			return err
		}
		*v = Value(compact.String())
		return nil
	}
	return json.Unmarshal(b, (*string)(v))
}
