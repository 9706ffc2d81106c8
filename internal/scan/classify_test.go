package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// classifyBytes is classify as one would say it.
func classifyBytes(text []byte, out []marks) {
	for i := range out {
		m, within := marks{}, false
		for at, c := range text[i*block : (i+1)*block] {
			within = within != (c == '"')
			for mark, set := range map[*uint64]bool{
				&m.quotes: c == '"', &m.slashes: c == '\\', &m.within: within, &m.controls: c < 0x20,
				&m.brackets: c == '{' || c == '}' || c == '[' || c == ']',
				&m.stops:    c == '"' || c == '\\' || c < 0x20,
			} {
				if set {
					*mark |= 1 << at
				}
			}
		}
		out[i] = m
	}
}

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

// The version of this processor, and the one in plain Go, mark what they say, read no byte more and write no mark more.
func TestClassifyMarksWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, version := range map[string]func([]byte, []marks){"this processor's": classify, "plain Go": classifyWords} {
		for blocks := range 2 * marked {
			text := noise(r, (blocks+1)*block+r.IntN(block))[r.IntN(block):] // at any alignment, and longer than need be
			text = text[: blocks*block : blocks*block]
			got, want := make([]marks, blocks+1), make([]marks, blocks+1)
			got[blocks].quotes, want[blocks].quotes = 0xbad, 0xbad
			version(text, got[:blocks])
			classifyBytes(text, want[:blocks])
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(marks{})); diff != "" {
				t.Fatalf("%s, of %d blocks:\n%s", name, blocks, diff)
			}
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
