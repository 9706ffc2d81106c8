//go:build !amd64 || purego

package scan

// classify marks the first len(out) blocks of text.
func classify(text []byte, out []marks) { classifyWords(text, out) }
