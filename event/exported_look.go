package event

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

var utf8Mark = []byte("\xef\xbb\xbf")

// smells reports whether a record may be in a text at all, so that what is foreign costs one look.
func smells(t []byte) bool {
	return begun(t) || contains(t, `"ey`, `"ew`, `"W3`, `"Wy`, `"Ww`, `"H4sI`) // how base64 of JSON and of gzip begins
}

// begun reports whether a text has words of which every record has some, near its beginning too.
func begun(t []byte) bool {
	return contains(t, "ventSource", "ventsource", "vent_source", "VENTSOURCE", "VENT_SOURCE", "eventVersion", "userIdentity")
}

func contains(t []byte, traces ...string) bool {
	for _, trace := range traces {
		if bytes.Contains(t, []byte(trace)) {
			return true
		}
	}
	return false
}

// words reports whether a text is the beginning of a line of text, such as a time and the name of a stream.
func words(t []byte) bool {
	if len(t) > 4096 || !utf8.Valid(t) {
		return false
	}
	for _, c := range string(t) {
		if c == '"' || c == '{' || c == '}' || !unicode.IsPrint(c) && c != '\t' && c != '\r' && c != '\x1b' {
			return false
		}
	}
	return true
}

// recorded reports whether an object has what every record has. Tables spell keys in their own way, Logstash moves the time.
func (o object) recorded() bool {
	if o.has([]string{"insightDetails", "eventTime"}) {
		return true
	}
	timed := o.raw("eventTime") != nil || o.raw("@timestamp") != nil
	return timed && o.says("eventSource") && o.says("eventName") || o.respelled()
}

// respelled reports whether an object has what every record has, with keys as tables spell them: in lower case (Athena), in
// upper case (Snowflake), or with underscores.
func (o object) respelled() bool {
	if _, exact := o.keys["eventName"]; exact {
		return false
	}
	has := 0
	for key := range o.keys {
		switch folded(key) {
		case "eventtime":
			has |= 1
		case "eventsource":
			has |= 2
		case "eventname":
			has |= 4
		}
	}
	return has == 7
}

// folded returns a key without case and underscores.
func folded(key string) string { return strings.ToLower(strings.ReplaceAll(key, "_", "")) }

func (o object) says(key string) bool {
	raw := o.raw(key)
	return len(raw) > len(`""`) && raw[0] == '"'
}

// called reports whether a record names its caller or its parameters.
func (o object) called() bool {
	for key := range o.keys {
		switch folded(key) {
		case "useridentity", "requestparameters", "insightdetails":
			return true
		}
	}
	return false
}

// named says what something without records is.
func named(v []byte) Content {
	v = bytes.TrimSpace(v)
	switch {
	case len(v) == 0 || !json.Valid(v) || v[0] != '{' && v[0] != '[':
		return Content{Other: "text", Label: AnythingElse}
	case v[0] == '[':
		return Content{Other: unnamed, Label: AnythingElse}
	}
	c := Identify(v)
	if c.Label != AnythingElse {
		return c
	}
	listed := c // the first thing that the object lists, where that has a name
	for _, value := range members(v) {
		if value[0] != '[' {
			continue
		}
		all := elements(value)
		if len(all) == 0 {
			return Content{Other: "answer without records", Label: NoRecords}
		}
		if all[0][0] == '{' && listed.Other == c.Other {
			if first := Identify(all[0]); first.Record == nil {
				listed = first
			}
		}
	}
	switch {
	case contains(v, `"cloudtrail":{`, `"cloudtrail": {`):
		return Content{Other: "Elastic fields without event.original", Label: AnythingElse}
	case c.Other == unnamed:
		return listed
	}
	return c
}

// without returns the records with ids that others don't have.
func without(more, others []Content) (fresh []Content) {
	if len(more) == 0 || len(others) == 0 {
		return more
	}
	had := map[string]bool{}
	for _, c := range others {
		had[c.ID()] = true
	}
	for _, c := range more {
		if id := c.ID(); id == "" || !had[id] {
			fresh = append(fresh, c)
		}
	}
	return fresh
}

// ID returns the eventID of a record, "" where it has none.
func (c Content) ID() string {
	if c.Record == nil {
		return ""
	}
	var fault error
	o := split(c.Record, "", &fault)
	return cmp.Or(o.text("eventID"), o.text("eventid"), o.text("EVENTID"), o.text("event_id"), o.text("EVENT_ID"))
}

// row reports whether all elements are columns: an object of one value, or of a name and a value, neither of which has parts.
func row(all []json.RawMessage) bool {
	for _, e := range all {
		if e[0] != '{' {
			return false
		}
		n, named := 0, false
		for key, value := range members(e) {
			named = named || key == "value"
			if n++; n > 2 || value[0] == '{' || value[0] == '[' {
				return false
			}
		}
		if n == 2 && !named {
			return false
		}
	}
	return true
}

// columns makes a record of a row in which each column is an object of its own, as CloudTrail Lake answers.
func columns(all []json.RawMessage) []Content {
	var b bytes.Buffer
	for _, e := range all {
		e = bytes.TrimSpace(e)
		if e[0] != '{' {
			return nil
		}
		n := 0
		for range members(e) {
			n++
		}
		if n != 1 {
			return nil
		}
		b.WriteByte(',')
		b.Write(e[1 : len(e)-1])
	}
	if b.Len() == 0 {
		return nil
	}
	whole := append(b.Bytes(), '}')
	whole[0] = '{'
	var fault error
	if o := split(whole, "", &fault); fault != nil || !o.recorded() {
		return nil
	}
	return []Content{{Record: whole}}
}
