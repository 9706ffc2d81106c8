package scan

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// classify marks so many blocks of text, in as many places from out on.
func classify(text *byte, blocks int, out *marks) {
	if cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ {
		classifyFast(text, blocks, out)
		return
	}
	classifyWords(unsafe.Slice(text, blocks*block), unsafe.Slice(out, blocks))
}

//go:noescape
func classifyFast(text *byte, blocks int, out *marks)
