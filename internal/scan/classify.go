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

const (
	ones = 0x0101010101010101
	lows = 0x7f7f7f7f7f7f7f7f
)

// classifyWords is classify in plain Go, eight bytes at a time: for processors without a version of their own, and what
// such a version is tested against.
func classifyWords(text []byte, out []marks) {
	for i := range out {
		m, b := marks{}, text[i*block:]
		for at := 0; at < block; at += 8 {
			w := binary.LittleEndian.Uint64(b[at:])
			folded := w | ones*0x20 // [ and { are one, ] and } are one
			m.quotes |= gather(zeros(w^ones*'"')) << at
			m.slashes |= gather(zeros(w^ones*'\\')) << at
			m.controls |= gather(zeros(w&(ones*0xe0))) << at
			m.brackets |= gather(zeros(folded^ones*'{')|zeros(folded^ones*'}')) << at
		}
		m.within, m.stops = parity(m.quotes), m.quotes|m.slashes|m.controls
		out[i] = m
	}
}

// parity sets each bit that has an odd number of ones at and below it.
func parity(m uint64) uint64 {
	for shift := 1; shift < block; shift *= 2 {
		m ^= m << shift
	}
	return m
}

// zeros sets the high bit of every byte that is 0, and nothing else.
func zeros(w uint64) uint64 { return ^((w&lows + lows) | w | lows) }

// gather puts the high bits of the eight bytes side by side.
func gather(highs uint64) uint64 { return (highs >> 7) * 0x0102040810204080 >> 56 }
