package scan

import (
	"encoding/binary"
	"math/bits"
)

// verdict is how the scan of something ended.
type verdict uint8

const (
	whole  verdict = iota
	partly         // the buffer ends before it does
	broken         // it is no JSON
	listed         // not an object of its own but the beginning of {"Records":[
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipString finds the end of the string whose opening quote is at i, eight bytes at a time. A raw control character is
// no JSON: it is where a line that was cut off ends, so that one does not swallow the next.
func skipString(b []byte, i int) (end int, escaped bool, v verdict) {
	for i++; ; {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			stop := (below(w, 0x20) | zero(w^ones*'"') | zero(w^ones*'\\')) & highs
			if stop != 0 { // only the lowest mark is exact
				i += bits.TrailingZeros64(stop) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return len(b), escaped, partly
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, escaped, whole
		case c == '\\':
			escaped = true
			i += 2
		case c < 0x20:
			return i, escaped, broken
		default: // the last bytes of the buffer
			i++
		}
	}
}

// below marks bytes less than n, zero those that are 0, in their high bits, exact up to the lowest mark.
func below(w uint64, n byte) uint64 { return (w - ones*uint64(n)) &^ w }
func zero(w uint64) uint64          { return (w - ones) &^ w }

// deepest is how far brackets are told apart, one bit each. What is nested deeper is left to the strict decoder, so that
// depth costs neither stack nor memory here.
const deepest = 64

// skipNested finds the end of the object or list that opens at i. It checks that brackets close in order, not what stands
// between them: whoever wants that decodes it.
func skipNested(b []byte, i int) (end int, deep bool, v verdict) {
	var kinds uint64 // of the open brackets, the innermost lowest: 1 is an object
	depth := 0
	for i < len(b) {
		switch c := b[i]; c {
		case '"':
			if i, _, v = skipString(b, i); v != whole {
				return i, deep, v
			}
			continue
		case '{', '[':
			depth++
			deep = deep || depth > deepest
			kinds = kinds<<1 | uint64(c>>5&1)
		case '}', ']':
			if depth <= deepest && !deep && kinds&1 != uint64(c>>5&1) {
				return i, deep, broken
			}
			kinds >>= 1
			if depth--; depth == 0 {
				return i + 1, deep, whole
			}
		}
		i++
	}
	return i, deep, partly
}

// skipPlain finds the end of a number, true, false or null that begins at i.
func skipPlain(b []byte, i int) (end int, v verdict) {
	from := i
	for i < len(b) && plain[b[i]] {
		i++
	}
	if i == len(b) {
		return i, partly
	}
	switch word := b[from:i]; {
	case len(word) == 0:
		return i, broken
	case string(word) == "null", string(word) == "true", string(word) == "false", word[0] <= '9':
		return i, whole
	}
	return i, broken
}

// plain are the characters of numbers and words.
var plain = func() (t [256]bool) {
	for _, c := range []byte("+-.0123456789Eaeflnrstu") {
		t[c] = true
	}
	return t
}()

// skipBlank finds the next byte that is not white space.
func skipBlank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}
