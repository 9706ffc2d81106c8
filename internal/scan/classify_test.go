package scan

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// classifyBytes is classify as one would say it.
func classifyBytes(text []byte, out []marks) {
	for i := range out {
		m, within := marks{}, false
		for at, c := range text[i*block : (i+1)*block] {
			mark := func(where *uint64, set bool) {
				if set {
					*where |= 1 << at
				}
			}
			within = within != (c == '"')
			mark(&m.quotes, c == '"')
			mark(&m.slashes, c == '\\')
			mark(&m.within, within)
			mark(&m.controls, c < 0x20)
			mark(&m.brackets, c == '{' || c == '}' || c == '[' || c == ']')
			mark(&m.stops, c == '"' || c == '\\' || c < 0x20)
		}
		out[i] = m
	}
}

// versions are classify as this processor has it, and in plain Go.
var versions = map[string]func([]byte, []marks){"this processor's": classify, "plain Go": classifyWords}

// noise is any bytes, half of them such as strings and brackets are made of.
func noise(r *rand.Rand, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(r.Uint32())
		if r.IntN(2) == 0 {
			text[i] = `"\{}[]:, `[r.IntN(9)]
		}
	}
	return text
}

// prose is what most of a log is: quotes, brackets and ASCII, without a backslash or a control character.
func prose(r *rand.Rand, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = `"{}[]:, abxyzABXYZ|~!#_@?09`[r.IntN(27)]
	}
	return text
}

// isMarked reports a text that is not marked as classifyBytes has it, and not one mark more.
func isMarked(t *testing.T, text []byte) {
	t.Helper()
	blocks := len(text) / block
	want := make([]marks, blocks+1)
	want[blocks].quotes = 0xbad
	classifyBytes(text, want[:blocks])
	for name, version := range versions {
		got := make([]marks, blocks+1)
		got[blocks].quotes = 0xbad
		version(text, got[:blocks])
		if !slices.Equal(got, want) {
			t.Fatalf("%s, of %q:\n%s", name, text, cmp.Diff(want, got, cmp.AllowUnexported(marks{})))
		}
	}
}

// The version of this processor, and the one in plain Go, mark what they say, read no byte more and write no mark more.
func TestClassifyMarksWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for blocks := range 2 * marked {
		for _, made := range []func(*rand.Rand, int) []byte{noise, prose} {
			text := made(r, (blocks+1)*block+r.IntN(block))[r.IntN(block):] // at any alignment, and longer than need be
			isMarked(t, text[:blocks*block:blocks*block])
		}
	}
}

// A byte is taken for what it is wherever it stands and whatever stands beside it, which is where arithmetic on eight bytes
// at once could carry.
func TestClassifyKnowsEveryByteAtEveryPlace(t *testing.T) {
	for beside := range 3 {
		for at := range block {
			text := bytes.Repeat([]byte{" \x00\xff"[beside]}, 256*block)
			for c := range 256 {
				text[c*block+at] = byte(c)
			}
			isMarked(t, text)
		}
	}
}

func TestClassifyRefusesATextThatIsTooShort(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("bytes behind the text were read")
		}
	}()
	classify(make([]byte, 2*block-1, 2*block), make([]marks, 2))
}
