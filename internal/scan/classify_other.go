//go:build !amd64

package scan

import "unsafe"

// classify marks so many blocks of text, in as many places from out on.
func classify(text *byte, blocks int, out *marks) {
	classifyWords(unsafe.Slice(text, blocks*block), unsafe.Slice(out, blocks))
}
