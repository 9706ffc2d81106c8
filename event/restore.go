package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// DecodeExported is Decode for a record that came through other tools: keys as tables spell them, structures as JSON text,
// and other spellings of the time are as CloudTrail writes them again. What can't be is an error.
func DecodeExported(record []byte) (Event, error) {
	record = bytes.TrimSpace(record)
	if len(record) == 0 || record[0] != '{' || !json.Valid(record) {
		return Decode(record) // which says what is wrong
	}
	var fault error
	o := split(record, "the record", &fault)
	if fault != nil {
		return Decode(record)
	}
	r := restorer{respelled: o.respelled()}
	for key, value := range members(record) {
		if err := r.member(key, value); err != nil {
			return Event{}, err
		}
	}
	if !r.changed {
		return Decode(record)
	}
	return Decode(append(r.out, '}'))
}

// restorer writes a record anew.
type restorer struct {
	respelled bool // the record's keys are
	changed   bool
	out       []byte
}

func (r *restorer) member(key string, value json.RawMessage) (err error) {
	before, was := key, value
	if r.respelled {
		key = proper(key)
	}
	switch {
	case slices.Contains(structured, key):
		value, err = r.structure(key, value)
	case key == "eventTime":
		value = spelled(value)
	case strings.HasPrefix(key, "userIdentity.") || strings.HasPrefix(key, "requestParameters."):
		return fmt.Errorf("the record was flattened by what exported it (key %.40q): export it as CloudTrail wrote it", key)
	}
	if err != nil {
		return err
	}
	r.changed = r.changed || key != before || !bytes.Equal(value, was)
	r.write(key, value)
	return nil
}

func (r *restorer) write(key string, value json.RawMessage) {
	quoted, _ := json.Marshal(key) // a string always can be
	r.out = append(r.out, ',')
	r.out = append(append(append(r.out, quoted...), ':'), value...)
	r.out[0] = '{'
}

// structured are the keys below which CloudTrail writes an object or a list.
var structured = []string{
	"userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources", "tlsDetails", "insightDetails",
	"serviceEventDetails", "addendum", "edgeDeviceDetails", "attributes", "sessionContext", "sessionIssuer",
}

// structure takes JSON out of a text. A text that CloudTrail itself writes there, as for what it hides, stays one.
func (r *restorer) structure(key string, value json.RawMessage) (json.RawMessage, error) {
	if value[0] == '"' {
		inner := bytes.TrimSpace([]byte(unquote(value)))
		switch {
		case len(inner) == 0 || string(inner) == "null":
			return json.RawMessage("null"), nil
		case json.Valid(inner) && (inner[0] == '{' || inner[0] == '['):
			value = inner
		case inner[0] == '{' || inner[0] == '[' || key == "userIdentity":
			return nil, fmt.Errorf("%s is text and no JSON: cut off, or written by a table (in CloudTrail Lake select eventJson, in Athena cast structures to JSON)", key)
		default:
			return value, nil
		}
	}
	if r.respelled && value[0] != '"' && key != "requestParameters" && key != "responseElements" {
		value = recased(value)
	}
	return value, nil
}

// recased writes the keys of CloudTrail's own structures as it does, where tables spelt them.
func recased(value json.RawMessage) json.RawMessage {
	r := restorer{respelled: true}
	switch value[0] {
	case '[':
		out := []byte{'['}
		for i, e := range elements(value) {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, recased(e)...)
		}
		return append(out, ']')
	case '{':
		for key, v := range members(value) {
			r.write(proper(key), recased(v))
		}
		if r.out == nil {
			return value
		}
		return append(r.out, '}')
	}
	return value
}
