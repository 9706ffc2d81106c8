package scan

import (
	"math/rand/v2"
	"testing"
)

func TestClassifyMarksWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 100*block)
	for i := range text {
		text[i] = byte(r.Uint32())
		if r.IntN(2) == 0 {
			text[i] = `"\{}[]:, `[r.IntN(9)]
		}
	}
	own, words := make([]marks, 100), make([]marks, 100)
	classify(&text[0], len(own), &own[0])
	classifyWords(text, words)
	for i, x := range text {
		for name, m := range map[string]marks{"own": own[i/block], "words": words[i/block]} {
			set := func(mask uint64) bool { return mask>>(i%block)&1 != 0 }
			quotes := 0
			for _, before := range text[i&^(block-1) : i+1] {
				if before == '"' {
					quotes++
				}
			}
			if set(m.within) != (quotes%2 == 1) {
				t.Fatalf("%s: %d quotes to %d, but it is marked %+v", name, quotes, i, m)
			}
			bracket := x == '{' || x == '}' || x == '[' || x == ']'
			if set(m.quotes) != (x == '"') || set(m.slashes) != (x == '\\') || set(m.controls) != (x < 0x20) || set(m.brackets) != bracket || m.stops != m.quotes|m.slashes|m.controls {
				t.Fatalf("%s: %q at %d is marked %+v", name, x, i, m)
			}
		}
	}
}
