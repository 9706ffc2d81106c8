package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of how far records are looked for: texts within texts, and objects and lists within each other.
const (
	deepestText  = 8
	deepestValue = 64
	mostFaults   = 10
)

// Exported finds the whole records in what a tool exported, at whatever key and however deep: as objects, or as text within
// JSON, in base64, gzipped, or behind other words. What holds none is named as a whole; of a list that holds some, each
// element that does not. Contents are for DecodeExported. An error comes with what was found beside it.
//
// It is for a replay, which does nothing about what it finds. A service must believe no record that a caller could have
// written into another's text: it has Unwrap.
func Exported(text []byte) ([]Content, error) {
	d := digger{left: 1<<20 + 100*len(text)}
	found := d.text(text, place{})
	if len(found) == 0 && len(d.faults) == 0 {
		found = []Content{named(text)}
	}
	return found, errors.Join(d.faults...)
}

// digger looks for records in one value.
type digger struct {
	left   int // bytes that may still be unpacked
	faults []error
}

// place is how deep a value lies.
type place struct{ texts, values int }

func (d *digger) fail(format string, args ...any) {
	if len(d.faults) < mostFaults {
		d.faults = append(d.faults, fmt.Errorf(format, args...))
	}
}

// text looks into a text: JSON values behind each other, also behind words, or what base64 made of them.
func (d *digger) text(t []byte, at place) []Content {
	t = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(t), utf8Mark))
	switch {
	case len(t) == 0 || at.texts > 0 && !smells(t) && !encoded(t):
		return nil
	case at.texts > deepestText:
		d.fail("text within text, more than %d times", deepestText)
		return nil
	case t[0] == '{' || t[0] == '[' || t[0] == '"':
		return d.values(t, at)
	case encoded(t):
		return d.packed(t, at)
	}
	if i := bytes.IndexByte(t, '{'); i > 0 && words(t[:i]) {
		return d.values(t[i:], at)
	}
	return nil
}

// values looks into JSON values behind each other.
func (d *digger) values(t []byte, at place) (found []Content) {
	decoder := json.NewDecoder(bytes.NewReader(t))
	for {
		var value json.RawMessage
		from := decoder.InputOffset()
		err := decoder.Decode(&value)
		switch {
		case err == io.EOF:
			return found
		case err != nil && at.texts == 0:
			d.fail("no valid JSON at byte %d", decoder.InputOffset())
			return found
		case err != nil:
			if begun(t[from:]) {
				d.fail("a text that would hold a record is no valid JSON: cut off?")
			}
			return found
		}
		if at.texts > 0 || value[0] == '"' || smells(value) {
			found = append(found, d.value(value, at)...)
		}
	}
}

func (d *digger) value(v json.RawMessage, at place) []Content {
	switch v[0] {
	case '{', '[':
		if at.values++; at.values > deepestValue {
			d.fail("objects and lists within each other, more than %d times", deepestValue)
			return nil
		}
		if v[0] == '[' {
			return d.list(v, at)
		}
		return d.object(v, at)
	case '"':
		return d.text([]byte(unquote(v)), place{at.texts + 1, at.values})
	}
	return nil
}

// object takes an object for a record, or looks for some in it. What has a record's name, source and time, and no caller and no
// parameters, is what a search made of one: the record may stand beside these. CloudTrail leaves neither out, so that no caller
// can write a record into another that would be taken instead.
func (d *digger) object(v json.RawMessage, at place) []Content {
	var fault error
	o := split(v, "the object", &fault)
	switch {
	case fault != nil:
		d.fail("%w", fault)
		return nil
	case o.recorded() && o.called():
		return []Content{{Record: v}}
	case o.aggregated():
		return []Content{Identify(v)}
	}
	var found []Content
	for _, value := range members(v) { // where several hold the same record, one as text and one as an object, it is one
		found = append(found, without(d.value(value, at), found)...)
	}
	if len(found) == 0 && o.recorded() {
		return []Content{{Record: v}}
	}
	return found
}

// list looks into elements. What a table makes of a row, a list of columns, is no list of things to be named.
func (d *digger) list(v json.RawMessage, at place) (found []Content) {
	all := elements(v)
	var rest []json.RawMessage
	for _, e := range all {
		faults := len(d.faults)
		more := d.value(e, at)
		if len(more) == 0 && len(d.faults) == faults {
			rest = append(rest, e)
		}
		found = append(found, more...)
	}
	if len(found) == 0 {
		return columns(all)
	}
	if !row(all) {
		for _, e := range rest {
			found = append(found, named(e))
		}
	}
	return found
}
