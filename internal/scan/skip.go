package scan

import "math/bits"

// verdict is how the scan of something ended.
type verdict uint8

const (
	whole  verdict = iota
	partly         // the buffer ends before it does
	broken         // it is no JSON
	listed         // not an object of its own but the beginning of {"Records":[
)

// text is a buffer with the marks of the part that is being looked at: strings and brackets are found among marks, so that
// the cost of a string hardly depends on its length.
type text struct {
	buf   []byte
	base  int // of the marked part
	marks [marked]marks
}

// part is how much is marked at once, beginning at a multiple of it: enough to spread the cost of beginning, few enough to
// stay close.
const (
	marked = 32
	part   = marked * block
)

// reset is due when the buffer was filled anew.
func (t *text) reset(buf []byte) { t.buf, t.base = buf, -part }

// at returns the marks of the block that holds i, which is in the buffer.
func (t *text) at(i int) *marks {
	if uint(i-t.base) >= part {
		t.mark(i)
	}
	return &t.marks[uint(i)/block%marked]
}

// mark marks the part that holds i.
func (t *text) mark(i int) {
	t.base = i &^ (part - 1)
	rest := t.buf[t.base:]
	n := min(len(rest)/block, marked)
	classify(rest, t.marks[:n])
	if n < marked {
		var last [block]byte // zeros behind the end are control characters: they stop every search
		copy(last[:], rest[n*block:])
		classify(last[:], t.marks[n:n+1])
	}
}

// skipString returns the end of the string that opens at i. A raw control character is no JSON: it is where a
// line that was cut off ends, so that one does not swallow the next.
func (t *text) skipString(i int) (end int, escaped bool, v verdict) {
	for i++; i < len(t.buf); {
		m := t.at(i)
		stop := m.stops >> (uint(i) % block)
		if stop == 0 {
			i = i&^(block-1) + block
			continue
		}
		i += bits.TrailingZeros64(stop)
		switch at := uint(i) % block; {
		case m.quotes>>at&1 != 0:
			return i + 1, escaped, whole
		case m.controls>>at&1 != 0:
			if i >= len(t.buf) { // the zeros behind the end
				return len(t.buf), escaped, partly
			}
			return i, escaped, broken
		}
		escaped = true
		i += 2
	}
	return len(t.buf), escaped, partly
}

// deepest is how far brackets are told apart, one bit each. What is nested deeper is left to the strict decoder, so that
// depth costs neither stack nor memory here.
const deepest = 64

// nest are the brackets that are open.
type nest struct {
	kinds uint64 // the innermost lowest: 1 is an object
	depth int
	deep  bool
}

// bracket opens or closes; it reports false where what closes is not what was opened.
func (n *nest) bracket(c byte) bool {
	kind := uint64(c >> 5 & 1)
	if c&^0x20 == '[' {
		n.depth++
		n.deep = n.deep || n.depth > deepest
		n.kinds = n.kinds<<1 | kind
		return true
	}
	ok := n.deep || n.kinds&1 == kind
	n.kinds >>= 1
	n.depth--
	return ok
}

// skipNested finds the end of the object or list that opens at i. It checks that brackets close in order, not what stands
// between them: a caller who wants that decodes it.
func (t *text) skipNested(i int) (end int, deep bool, v verdict) {
	var n nest
	turned := t.turned(i)
	for i < len(t.buf) {
		m := t.at(i)
		rest := ^uint64(0) << (uint(i) % block)
		if m.slashes&rest != 0 {
			if i, v = t.skipEscaped(i, turned != t.turned(i), &n); v != whole || n.depth == 0 {
				return i, n.deep, v
			}
			turned = t.turned(i)
			continue
		}
		inside := m.within ^ turned
		base := i &^ (block - 1)
		if raw := m.controls & inside & rest; raw != 0 {
			if i = base + bits.TrailingZeros64(raw); i >= len(t.buf) { // the zeros behind the end
				return len(t.buf), n.deep, partly
			}
			return i, n.deep, broken
		}
		for found := m.brackets &^ inside & rest; found != 0; found &= found - 1 {
			at := base + bits.TrailingZeros64(found)
			if !n.bracket(t.buf[at]) {
				return at, n.deep, broken
			}
			if n.depth == 0 {
				return at + 1, n.deep, whole
			}
		}
		turned = -(inside >> (block - 1))
		i = base + block
	}
	return len(t.buf), n.deep, partly
}

// turned returns all ones where the marks of a block take for the inside of strings what is outside, i being outside.
func (t *text) turned(i int) uint64 {
	if i >= len(t.buf) {
		return 0
	}
	m := t.at(i)
	return -((m.within ^ m.quotes) >> (uint(i) % block) & 1)
}

// skipEscaped goes through a block that holds backslashes string by string, and ends behind it, outside of strings.
func (t *text) skipEscaped(i int, inside bool, n *nest) (end int, v verdict) {
	limit := min(i&^(block-1)+block, len(t.buf))
	if inside {
		if i, _, v = t.skipString(i - 1); v != whole {
			return i, v
		}
	}
	for i < limit {
		m := t.at(i)
		found := (m.quotes | m.brackets) >> (uint(i) % block)
		if found == 0 {
			return limit, whole
		}
		if i += bits.TrailingZeros64(found); t.buf[i] == '"' {
			if i, _, v = t.skipString(i); v != whole {
				return i, v
			}
			continue
		}
		if !n.bracket(t.buf[i]) {
			return i, broken
		}
		if i++; n.depth == 0 {
			return i, whole
		}
	}
	return i, whole
}

// skipPlain finds the end of a number, true, false or null that begins at i.
func skipPlain(b []byte, i int) (end int, v verdict) {
	from := i
	for ; i < len(b); i++ {
		if c := b[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'E' {
			break
		}
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

// skipBlank finds the next byte that is not white space; mostly that is the one at i.
func skipBlank(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return skipBlanks(b, i)
}

func skipBlanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}
