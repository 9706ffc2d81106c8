package reach

import mathbits "math/bits"

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

// full has all numbers below n.
func full(n int) bits {
	b := newBits(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n&63 != 0 {
		b[len(b)-1] = 1<<(n&63) - 1
	}
	return b
}

func (b bits) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bits) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }
func (b bits) copy() bits     { return append(bits(nil), b...) }

func (b bits) or(c bits) {
	for i := range c {
		b[i] |= c[i]
	}
}

func (b bits) and(c bits) {
	for i := range b {
		b[i] &= c[i]
	}
}

func (b bits) andNot(c bits) {
	for i := range c {
		b[i] &^= c[i]
	}
}

func (b bits) meets(c bits) bool { return b.first(c) >= 0 }

// first is the lowest number of both sets, -1 where there is none.
func (b bits) first(c bits) int {
	for i := range b {
		if w := b[i] & c[i]; w != 0 {
			return i<<6 + mathbits.TrailingZeros64(w)
		}
	}
	return -1
}

func (b bits) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b bits) count() (n int) {
	for _, w := range b {
		n += mathbits.OnesCount64(w)
	}
	return n
}

// each goes through the numbers in order.
func (b bits) each(f func(int)) {
	for i, w := range b {
		for w != 0 {
			f(i<<6 + mathbits.TrailingZeros64(w))
			w &= w - 1
		}
	}
}
