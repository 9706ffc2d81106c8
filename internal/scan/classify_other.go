//go:build !amd64 || purego

package scan

// classify marks the first len(out) blocks of text. arm64 has no assembly: routing and messages reach their goals without, and
// of a version in NEON nothing that tests this project could say whether it is right, or fast.
func classify(text []byte, out []marks) { classifyWords(text, out) }
