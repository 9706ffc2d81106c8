package scan

import (
	"bytes"
	"fmt"
	"io"
)

// more reads on, or returns why the value that is under way will never be whole.
func (r *Reader) more() error {
	switch {
	case r.ended == io.EOF:
		return r.fault(errCut)
	case r.ended != nil:
		r.told = true
		return r.fault(fmt.Errorf("cut off: %w", r.ended))
	case r.from > 0 || r.to < r.max:
		r.fill()
		return nil
	case r.enter():
		return nil
	}
	// The record is longer than the buffer may be, and passed over. Where it holds the beginning of another line, it is rather
	// one that was cut off and swallowed what follows.
	why := fmt.Errorf("a record longer than %d bytes", r.max)
	if bytes.Contains(r.buf[:r.to], lineStart) {
		return r.fault(why)
	}
	f := &Fault{Offset: r.base, Line: r.lineOf(r.from), Err: why}
	r.skip()
	return f
}

// fill drops what is consumed and reads until the buffer is full, twice as large a one where it was full already; live, it
// reads what there is.
func (r *Reader) fill() {
	r.lineOf(r.from)
	r.counted = 0
	r.base += int64(r.from)
	r.to = copy(r.buf, r.buf[r.from:r.to])
	r.from = 0
	if r.to == len(r.buf) {
		r.buf = append(r.buf, make([]byte, min(len(r.buf), r.max-len(r.buf)))...)
	}
	for begun := r.to; r.to < len(r.buf) && r.ended == nil && !(r.Live && r.to > begun); {
		var n int
		n, r.ended = r.src.Read(r.buf[r.to:])
		r.to += n
	}
	r.text.reset(r.buf[:r.to])
}

// fault reports the value at r.from and looks, behind it, for the next line or record that begins.
func (r *Reader) fault(why error) error {
	f := &Fault{Offset: r.base + int64(r.from), Line: r.lineOf(r.from), Err: why}
	r.level, r.array, r.wrapped, r.lost, r.depth = outside, false, false, true, 0
	r.from = min(r.from+1, r.to)
	for {
		line, rec := r.line.next(r, lineStart), r.record.next(r, recordStart)
		if r.Exported {
			line = min(line, r.words.line(r))
		}
		if line < r.to || rec < r.to {
			r.from = min(line+len(newline), rec)
			return f
		}
		if r.ended != nil {
			r.from = r.to
			return f
		}
		r.from = max(r.from, r.to-len(recordStart))
		r.fill()
	}
}

// Line returns the line where a record begins, from 1, as long as the record is valid.
func (r *Reader) Line(rec Record) int { return r.lineOf(int(rec.Offset - r.base)) }

// lineOf counts on from where it was asked last, or a file full of faults would take forever.
func (r *Reader) lineOf(i int) int {
	i = max(i, r.counted)
	r.lines += bytes.Count(r.buf[r.counted:i], newline)
	r.counted = i
	return r.lines + 1
}

// skip passes over one value of any length: it counts brackets outside strings over any number of buffers.
func (r *Reader) skip() {
	depth, inString, escaped, done := 0, false, false, false
	for {
		n := r.to - r.from
		for i, c := range r.buf[r.from:r.to] {
			switch {
			case escaped:
				escaped = false
			case inString:
				escaped, inString = c == '\\', c != '"'
				done = !inString && depth == 0 // the value is a string
			case c == '"':
				inString = true
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
				done = depth == 0
			}
			if done {
				n = i + 1
				break
			}
		}
		if r.from += n; done || r.ended != nil {
			break
		}
		r.fill()
	}
	r.closed()
}

var (
	newline   = []byte("\n")
	lineStart = []byte("\n{")
	// recordStart is how CloudTrail begins every record. It can't stand in a string, where quotes are escaped.
	recordStart = []byte(`{"eventVersion"`)
)

// seeker finds a pattern again and again without searching anything twice, or a file full of faults would take forever.
type seeker struct{ clear int64 } // the pattern does not begin before this offset in the stream

// next returns where the pattern begins next in what is not consumed yet, the end of the buffer where it does not.
func (s *seeker) next(r *Reader, pattern []byte) int {
	from := min(max(r.from, int(s.clear-r.base)), r.to)
	i := bytes.Index(r.buf[from:r.to], pattern)
	if i < 0 {
		s.clear = r.base + int64(max(from, r.to-len(pattern)+1))
		return r.to
	}
	s.clear = r.base + int64(from+i)
	return from + i
}

// line returns the next line that begins with a letter or a digit, as one with words before its record does, and none within an
// object that was written for people.
func (s *seeker) line(r *Reader) int {
	from := min(max(r.from, int(s.clear-r.base)), r.to)
	for at := from; ; at++ {
		i := bytes.IndexByte(r.buf[at:r.to], '\n')
		if at += i; i < 0 || at+1 == r.to {
			s.clear = r.base + int64(max(from, r.to-1))
			return r.to
		}
		if c := r.buf[at+1]; '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c >= 0x80 {
			s.clear = r.base + int64(at)
			return at
		}
	}
}
