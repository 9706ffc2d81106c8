package state

import (
	"encoding/json"
	"strconv"
)

// object reads an object, and calls what reads each value.
func (d *decoder) object(value func(key string) error) error {
	t, err := d.token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return errShape
	}
	return d.members(value)
}

// objectOrNull is object, of what may be null.
func (d *decoder) objectOrNull(value func(key string) error) error {
	t, err := d.token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return errShape
	}
	return d.members(value)
}

// members reads an object from its first key on.
func (d *decoder) members(value func(key string) error) error {
	for d.json.More() {
		t, err := d.token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errShape
		}
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := d.token() // its brace
	return err
}

// array reads an array, and calls what reads each element.
func (d *decoder) array(element func() error) error {
	t, err := d.token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		return errShape
	}
	for d.json.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err = d.token()
	return err
}

// scalar is a value as text; "" of what is none, or is too long. What can't be read shows in failed.
func (d *decoder) scalar() string {
	t, err := d.token()
	if err != nil {
		d.err = err
		return ""
	}
	switch v := t.(type) {
	case string:
		return cut(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Delim:
		d.err = d.rest(v)
	}
	return ""
}

// failed is the error of the last scalar.
func (d *decoder) failed() error {
	err := d.err
	d.err = nil
	return err
}

// skip passes over one value.
func (d *decoder) skip() error {
	t, err := d.token()
	if err != nil {
		return err
	}
	if v, ok := t.(json.Delim); ok {
		return d.rest(v)
	}
	return nil
}

// rest passes over what is left of an array or object that has begun, however deep.
func (d *decoder) rest(begun json.Delim) error {
	if begun != '{' && begun != '[' {
		return errShape
	}
	for depth := 1; depth > 0; {
		t, err := d.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// cut drops what is longer than any name or id of AWS's.
func cut(s string) string {
	if len(s) > mostText {
		return ""
	}
	return s
}
