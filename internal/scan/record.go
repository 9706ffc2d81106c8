// Package scan splits CloudTrail logs into records in one exact pass, and learns of each only where it goes.
//
// Replaying months of logs and living through a storm are the same job: look at every record, decode few. Scan decodes
// none. It says what it read and whether it is sure; what it is not sure of is for the strict decoder of package event.
package scan

// Record is one record as the scan saw it. Its slices point into the buffer and last until the next one.
type Record struct {
	Body   []byte // the whole JSON value
	Source []byte // eventSource
	Name   []byte // eventName
	Caller []byte // userIdentity, a JSON object; nil where there is none
	// Where the call came from, as it is written, escapes and all; nil where there is none.
	Address  []byte // sourceIPAddress
	Endpoint []byte // vpcEndpointId
	Region   []byte // awsRegion
	ReadOnly bool   // readOnly, where it is true
	// Unsure says that Source and Name are not to be relied on: the record lacks a key or has one twice, a key or value
	// that routes is escaped or no string, it nests very deeply, or it is something else than a bare record.
	Unsure bool
	Inner  bool  // it stands in {"Records":[...]}, within which there are no further envelopes of that sort
	Piece  bool  // it is a part of something that was too long: that it holds no record says nothing
	Offset int64 // of Body in the stream
}

// Object scans the JSON object at the beginning of b. It reports false where that is cut off or not well-formed.
func Object(b []byte) (Record, bool) {
	if len(b) == 0 || b[0] != '{' {
		return Record{}, false
	}
	var t text
	t.reset(b)
	s := object{text: &t}
	end, v := s.members(1)
	return s.record(0, end), v == whole
}

// object is a scan under way.
type object struct {
	*text
	outermost bool      // where {"Records":[ may open
	wrapping  *wrapping // where the object may be an EventBridge event
	source    span
	name      span
	time      span
	caller    span
	address   span
	endpoint  span
	region    span
	readOnly  bool
	unsure    bool
}

// span is where the value of a key stands; seen tells an empty one from none.
type span struct {
	from, to int
	seen     bool
}

func (s *object) record(from, end int) Record {
	r := Record{Body: s.buf[from:end], Unsure: s.unsure || !s.source.seen || !s.name.seen || !s.time.seen}
	if !r.Unsure {
		r.Source, r.Name = s.buf[s.source.from:s.source.to], s.buf[s.name.from:s.name.to]
		if s.caller.to > 0 {
			r.Caller = s.buf[s.caller.from:s.caller.to]
		}
		r.ReadOnly = s.readOnly
		r.Address, r.Endpoint, r.Region = s.of(s.address), s.of(s.endpoint), s.of(s.region)
		r.Unsure = len(r.Name) == 0 || len(r.Source) < 4 || string(r.Source[:4]) == "aws:" // which borrows CloudTrail's keys (aws:s3)
	}
	return r
}

func (s *object) of(at span) []byte {
	if !at.seen {
		return nil
	}
	return s.buf[at.from:at.to]
}

// skipAny passes over a value that is no object.
func (t *text) skipAny(i int) (end int, v verdict) {
	switch t.buf[i] {
	case '[':
		end, _, v = t.skipNested(i)
	case '"':
		end, _, v = t.skipString(i)
	default:
		end, v = skipPlain(t.buf, i)
	}
	return end, v
}

// members scans from a position where a key or the end of the object is due.
func (s *object) members(i int) (int, verdict) {
	if i = skipBlank(s.buf, i); i < len(s.buf) && s.buf[i] == '}' {
		return i + 1, whole
	}
	for {
		i = skipBlank(s.buf, i)
		next, v := s.member(i)
		if v != whole {
			return next, v
		}
		if next < len(s.buf) && s.buf[next] == ',' {
			i = next + 1
			continue
		}
		var more bool
		if i, more, v = s.separator(next); v != whole || !more {
			return i, v
		}
	}
}

// separator passes a comma, or the closing brace.
func (s *object) separator(i int) (next int, more bool, v verdict) {
	i = skipBlank(s.buf, i)
	switch {
	case i == len(s.buf):
		return i, false, partly
	case s.buf[i] == ',':
		return i + 1, true, whole
	case s.buf[i] == '}':
		return i + 1, false, whole
	}
	return i, false, broken
}

// member scans one key with its value.
func (s *object) member(i int) (int, verdict) {
	b := s.buf
	if i == len(b) {
		return i, partly
	}
	if b[i] != '"' {
		return i, broken
	}
	keyEnd, escaped, v := s.skipString(i)
	if v != whole {
		return keyEnd, v
	}
	s.unsure = s.unsure || escaped
	key := b[i+1 : keyEnd-1]
	if i = skipBlank(b, keyEnd); i < len(b) && b[i] != ':' {
		return i, broken
	}
	if i = skipBlank(b, i+1); i >= len(b) {
		return len(b), partly
	}
	if b[i] == '"' {
		return s.stringValue(key, i)
	}
	return s.value(key, i)
}

// stringValue scans a string, and keeps it if it routes.
func (s *object) stringValue(key []byte, i int) (int, verdict) {
	end, escaped, v := s.skipString(i)
	if routes := s.routing(key); routes != nil && v == whole {
		s.unsure = s.unsure || routes.seen || escaped
		*routes = span{i + 1, end - 1, true}
	} else if origin := s.origin(key); origin != nil && v == whole {
		s.unsure = s.unsure || origin.seen
		*origin = span{i + 1, end - 1, true}
	}
	if e := s.wrapping; e != nil && v == whole {
		s.unsure = !e.is(key) || s.unsure
		if string(key) == "source" {
			e.source = span{i + 1, end - 1, !escaped}
			s.unsure = s.unsure || escaped
		}
	}
	if string(key) == callerKey {
		s.unsure = true // an object was due
	}
	return end, v
}

// value scans a value that is no string.
func (s *object) value(key []byte, i int) (end int, v verdict) {
	switch s.buf[i] {
	case '{', '[':
		if s.outermost && s.buf[i] == '[' && string(key) == "Records" {
			return i + 1, listed
		}
		var deep bool
		end, deep, v = s.skipNested(i)
		s.unsure = s.unsure || deep
	default:
		end, v = skipPlain(s.buf, i)
		s.readOnly = s.readOnly || s.buf[i] == 't' && string(key) == "readOnly"
	}
	if e := s.wrapping; e != nil && v == whole {
		s.unsure = !e.is(key) || s.unsure
		switch string(key) {
		case "detail":
			e.detail = span{i, end, s.buf[i] == '{'}
		case "Records", "Events":
			e.listed = true
		}
	}
	if string(key) == callerKey && v == whole {
		s.unsure = s.unsure || s.caller.seen
		switch s.buf[i] {
		case '{':
			s.caller = span{i, end, true}
		case 'n':
			s.caller.seen = true
		default:
			s.unsure = true // neither an object nor null: for the strict decoder
		}
	}
	s.unsure = s.unsure || s.routing(key) != nil || s.origin(key) != nil && s.buf[i] != 'n' // a string was due
	return end, v
}

const callerKey = "userIdentity"

// routing returns where the value of a key is kept if it routes or has to be there.
func (s *object) routing(key []byte) *span {
	switch string(key) {
	case "eventSource":
		return &s.source
	case "eventName":
		return &s.name
	case "eventTime":
		return &s.time
	}
	return nil
}

// origin returns where the value of a key is kept that says where the call came from.
func (s *object) origin(key []byte) *span {
	switch string(key) {
	case "sourceIPAddress":
		return &s.address
	case "vpcEndpointId":
		return &s.endpoint
	case "awsRegion":
		return &s.region
	}
	return nil
}
