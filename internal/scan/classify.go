package scan

import "encoding/binary"

// block is how many bytes are marked at once, one bit each.
const block = 64

// marks say what stands in a block, the first byte lowest.
type marks struct {
	quotes, slashes uint64
	within          uint64 // from each odd quote to before the next even one: strings, where the block begins outside
	controls        uint64 // below 0x20
	brackets        uint64 // of both sorts, opening and closing
	stops           uint64 // where a string may end or is not what it seems: quotes, slashes and controls
}

// classifyWords is classify in plain Go, eight bytes at a time: for processors without a version of their own, and what
// such a version is tested against.
func classifyWords(text []byte, out []marks) {
	for i := range out {
		b := (*[block]byte)(text[i*block:])
		quotes, brackets, plain := plainWords(b, &spread)
		if !plain {
			anyWords(b, &spread, &out[i])
			continue
		}
		out[i] = marks{quotes: quotes, brackets: brackets, within: parity(quotes), stops: quotes}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// words are bytes in all eight of a word. They are a variable because of a constant of this length the compiler would make
// every use anew, where it keeps in registers what was read from memory.
type words struct{ quote, slash, open, shut, fold, high, low, below uint64 }

var spread = words{
	quote: '"' * ones, slash: '\\' * ones, open: '{' * ones, shut: '}' * ones,
	fold: 0x20 * ones, // [ and { become one, ] and } become one
	high: highs, low: 0x7f * ones,
	below: 0x60 * ones, // added to a byte below 0x20, it leaves the high bit clear
}

// plainWords finds quotes and brackets in a block that holds neither slashes nor controls nor anything but ASCII, as most
// do; it reports false of any other.
//
// Of a byte x below 0x80, 0x80-x has the high bit where x is 0, and no byte borrows from the next. Subtracting 0x20 sets
// the high bit of the first byte below it.
func plainWords(b *[block]byte, k *words) (quotes, brackets uint64, plain bool) {
	var other uint64
	quote, slash, open, shut, fold, high := k.quote, k.slash, k.open, k.shut, k.fold, k.high
	for at := 0; at < block; at += 8 {
		w := binary.LittleEndian.Uint64(b[at : at+8])
		folded := w | fold
		other |= (high - (w ^ slash)) | (w - fold) | w
		quotes = quotes>>1 | (high-(w^quote))&high
		brackets = brackets>>1 | ((high-(folded^open))|(high-(folded^shut)))&high
	}
	return transpose(quotes), transpose(brackets), other&high == 0
}

// anyWords marks any block.
func anyWords(b *[block]byte, k *words, m *marks) {
	var quotes, slashes, controls, brackets uint64
	high := k.high
	for at := 0; at < block; at += 8 {
		w := binary.LittleEndian.Uint64(b[at : at+8])
		low := w & k.low
		folded := low | k.fold
		ascii := high &^ w
		quotes = quotes>>1 | (high-(low^k.quote))&ascii
		slashes = slashes>>1 | (high-(low^k.slash))&ascii
		controls = controls>>1 | ascii&^(low+k.below)
		brackets = brackets>>1 | ((high-(folded^k.open))|(high-(folded^k.shut)))&ascii
	}
	m.quotes, m.slashes, m.controls, m.brackets = transpose(quotes), transpose(slashes), transpose(controls), transpose(brackets)
	m.within, m.stops = parity(m.quotes), m.quotes|m.slashes|m.controls
}

// parity sets each bit that has an odd number of ones at and below it.
func parity(m uint64) uint64 {
	m ^= m << 1
	m ^= m << 2
	m ^= m << 4
	m ^= m << 8
	m ^= m << 16
	return m ^ m<<32
}

// transpose brings bits into the order of the bytes they stand for: what eight words left in the high bits of their bytes,
// shifted down by one for each word that followed, has byte j of word i at bit i of byte j, and is due at bit j of byte i.
func transpose(m uint64) uint64 {
	t := (m ^ m>>7) & 0x00aa00aa00aa00aa
	m ^= t ^ t<<7
	t = (m ^ m>>14) & 0x0000cccc0000cccc
	m ^= t ^ t<<14
	t = (m ^ m>>28) & 0x00000000f0f0f0f0
	return m ^ t ^ t<<28
}
