package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The sizes of the buffer, which is all the memory that a Reader takes: as long as every record fits, it stays in a
// processor's cache.
const (
	firstBuffer   = 256 << 10
	defaultRecord = 16 << 20 // the longest record, unless the Reader is told otherwise
)

// Fault is a spot in a stream that is no CloudTrail log. The stream goes on behind it.
type Fault struct {
	Offset int64 // of the value that is at fault
	Line   int   // from 1
	Err    error
}

func (f *Fault) Error() string { return fmt.Sprintf("byte %d: %v", f.Offset, f.Err) }
func (f *Fault) Unwrap() error { return f.Err }

// level is where in the document the next value is looked for.
type level uint8

const (
	outside  level = iota // between documents: JSON Lines are many
	opened                // in a list, before its first element
	due                   // in a list, behind a comma
	listing               // in a list, behind an element
	envelope              // in an object, behind its list of records
	inside                // in what is told in pieces
)

// Reader splits a stream into records: bare ones, {"Records":[...]}, arrays, and JSON Lines of these, of any length.
type Reader struct {
	// Live says that the stream is written while it is read: a record is told as soon as it is whole, at the price of
	// looking twice at what is not yet.
	Live bool
	// Exported says that the stream is what some tool made of records. What no CloudTrail log holds is told as a record that
	// the scan is not sure of: texts, lists within lists, lines of words. Words before an object are passed over, and an
	// object that is too long and no record is told in pieces.
	Exported bool

	src      io.Reader
	max      int
	buf      []byte
	from, to int   // what of buf is not consumed yet
	text     text  // buf[:to]
	base     int64 // offset of buf[0] in the stream
	counted  int   // of buf, for lines
	lines    int   // in the stream before buf[counted]
	ended    error // io.EOF, or why src can't be read on
	told     bool  // of that

	found   Record // by the last step, with a Body of nil where it found none: handed on as a value, it would be copied five times
	level   level
	array   bool // within an array of the outermost level
	wrapped bool // within {"Records":[
	lost    bool // behind a fault: commas and closing brackets between values are left-overs
	depth   int  // of what is told in pieces
	line    seeker
	record  seeker
	words   seeker
}

// NewReader reads from src; a record longer than max bytes is a fault (0: defaultRecord). A buffer may be given to be used
// again; Buffer hands it back.
func NewReader(src io.Reader, max int, buf []byte) *Reader {
	if max <= 0 {
		max = defaultRecord
	}
	if len(buf) == 0 {
		buf = make([]byte, min(firstBuffer, max))
	}
	return &Reader{src: src, max: max, buf: buf[:min(len(buf), max)]}
}

// Buffer returns the reader's buffer, to be given to the next one.
func (r *Reader) Buffer() []byte { return r.buf }

// Next returns the next record, valid until the call after. A *Fault is not the end, any other error is: io.EOF, also behind a
// source that broke off, which was a fault.
func (r *Reader) Next() (Record, error) {
	for {
		v, err := r.step()
		switch {
		case err != nil:
			return Record{}, err
		case v == broken:
			return Record{}, r.fault(errNotJSON)
		case v == partly:
			if err := r.more(); err != nil {
				return Record{}, err
			}
		case r.found.Body != nil:
			rec := r.found
			r.found.Body = nil
			return rec, nil
		}
	}
}

var (
	errNotJSON  = errors.New("no JSON of CloudTrail records")
	errNoObject = errors.New("a value that is no object among records")
	errCut      = errors.New("cut off")
)

// step moves on by one value, bracket or comma.
func (r *Reader) step() (verdict, error) {
	r.from = skipBlank(r.buf[:r.to], r.from)
	if r.from == r.to { // everything read is consumed
		if r.ended == io.EOF && r.level == outside || r.told {
			return whole, io.EOF
		}
		return partly, nil
	}
	switch c := r.buf[r.from]; r.level {
	case outside:
		return r.document(c)
	case opened, due:
		return r.element(c)
	case listing:
		return r.next(c), nil
	case inside:
		return r.piece(c)
	default:
		return r.afterList(), nil
	}
}

// mark is the byte order mark that some programs put before UTF-8, and again before each line or file that was added.
var mark = []byte("\xef\xbb\xbf")

// document begins a value of the outermost level.
func (r *Reader) document(c byte) (verdict, error) {
	switch {
	case c == mark[0] && r.to-r.from < len(mark) && r.ended == nil:
		return partly, nil
	case bytes.HasPrefix(r.buf[r.from:r.to], mark):
		r.from += len(mark)
		return whole, nil
	case c == '[' && !r.lost:
		r.level, r.array, r.from = opened, true, r.from+1
		return whole, nil
	case r.lost && (c == ',' || c == ']' || c == '}'):
		r.from++
		return whole, nil
	case c == '{':
		return r.object(true)
	case r.Exported && c == '"':
		end, v := r.text.skipAny(r.from)
		if v != whole {
			return v, nil
		}
		return r.unsure(end), nil
	case r.Exported && c == separator:
		r.from++
		return whole, nil
	case r.Exported:
		return r.wording()
	}
	return broken, nil
}

// object scans the object at r.from, which may turn out to be an envelope.
func (r *Reader) object(outermost bool) (verdict, error) {
	s := object{text: &r.text, outermost: outermost}
	if r.lost { // no further than its line, so that many faults do not each read on for the length of the longest record
		if line := r.line.next(r, lineStart); line < r.to {
			s.text = &text{}
			s.text.reset(r.buf[:line+len(newline)])
		}
	}
	end, v := s.members(r.from + 1)
	switch {
	case v == listed:
		r.level, r.wrapped, r.from = opened, true, end
		return whole, nil
	case v == partly && len(s.buf) < r.to: // a line behind a fault, complete without being whole
		return broken, nil
	case v != whole:
		return v, nil
	}
	r.found = s.record(r.from, end)
	r.found.Offset, r.found.Inner, r.found.Piece = r.base+int64(r.from), r.wrapped, r.depth > 0
	r.from = end
	r.closed()
	return whole, nil
}

// closed is due behind a value.
func (r *Reader) closed() {
	switch {
	case r.depth > 0:
		r.level = inside
	case r.array || r.wrapped:
		r.level = listing
	default:
		r.level = outside
	}
}
