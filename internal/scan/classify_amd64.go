//go:build !purego

package scan

import "golang.org/x/sys/cpu"

// classify marks the first len(out) blocks of text. Of a replay's time this is what plain Go can't have small enough:
// beside gunzip alone, which bounds any replay, one core reads gzipped logs at 0.71 of its speed with the assembly and at
// 0.60 with classifyWords (an Intel Xeon; make bench says it of any).
//
// HasAVX2 says too that the operating system keeps the YMM registers, without which VPCLMULQDQ would not run either.
func classify(text []byte, out []marks) {
	text = text[: len(out)*block : len(text)] // the assembly checks no bounds: this does, once for all blocks
	if cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ {
		classifyAVX2(text, out)
		return
	}
	classifyWords(text, out)
}

// classifyAVX2 does what classifyWords does. It reads len(out) blocks of bytes, writes out, and touches nothing else.
//
//go:noescape
func classifyAVX2(bytes []byte, out []marks)
