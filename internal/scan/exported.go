package scan

import (
	"unicode"
	"unicode/utf8"
)

// unsure tells what ends there, and goes on behind it.
func (r *Reader) unsure(end int) verdict {
	r.found = Record{Body: r.buf[r.from:end], Unsure: true, Offset: r.base + int64(r.from), Inner: r.wrapped, Piece: r.depth > 0}
	r.from = end
	r.closed()
	return whole
}

// longestWords is the longest line without an object, or text before one, in bytes: it may be base64.
const longestWords = 1 << 20

// Control characters that tools write: before each text of a sequence (RFC 7464), and to colour a terminal.
const (
	separator = 0x1e
	escape    = 0x1b
)

// wording passes over what stands before an object in its line, as times and names of streams do, or tells a line that has no
// object. With quotes or braces in it, it is rather a piece of a record.
func (r *Reader) wording() (verdict, error) {
	for i := r.from; i < r.to; {
		c, n := utf8.DecodeRune(r.buf[i:r.to])
		switch {
		case c == '{' && i > r.from:
			r.from = i
			return whole, nil
		case c == '\n':
			return r.unsure(i), nil
		case c == utf8.RuneError && n <= 1 && (utf8.FullRune(r.buf[i:r.to]) || r.ended != nil),
			c == '"', c == '{', c == '}', c != utf8.RuneError && !unicode.IsPrint(c) && c != '\t' && c != '\r' && c != escape,
			i-r.from > longestWords:
			return broken, nil
		}
		i += n
	}
	if r.ended == nil {
		return partly, nil
	}
	return r.unsure(r.to), nil
}

// enter goes into a value that is too long, to tell it in pieces: it is false of what begins like a record, and of records in
// their list.
func (r *Reader) enter() bool {
	c := r.buf[r.from]
	if !r.Exported || r.wrapped || c != '{' && c != '[' {
		return false
	}
	if c == '{' {
		s := object{text: &r.text}
		s.members(r.from + 1)
		if s.source.seen || s.name.seen || s.time.seen || s.caller.seen { // a record's keys, so far
			return false
		}
	}
	r.depth++
	r.from++
	r.level = inside
	return true
}

// piece moves on in a value that is told in pieces. Between these, it does not look at what stands where: what is not whole
// in the end is seen by the brackets that are missing.
func (r *Reader) piece(c byte) (verdict, error) {
	switch c {
	case '{':
		return r.object(false)
	case '[':
		r.depth++
	case ']', '}':
		if r.depth--; r.depth == 0 {
			r.closed()
		}
	case ',':
	case '"': // a key, which is passed over, or a text
		end, _, v := r.text.skipString(r.from)
		if v != whole {
			return v, nil
		}
		behind := skipBlank(r.buf[:r.to], end)
		if behind == r.to {
			return partly, nil
		}
		if r.buf[behind] != ':' {
			return r.unsure(end), nil
		}
		r.from = behind
	default:
		end, v := skipPlain(r.buf[:r.to], r.from)
		if v == whole {
			r.from = end
		}
		return v, nil
	}
	r.from++
	return whole, nil
}
