package block

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// edit replaces bytes of a file.
type edit struct {
	from, to int
	text     string
}

func (e edit) apply(to []byte) []byte {
	out := make([]byte, 0, len(to)-(e.to-e.from)+len(e.text))
	out = append(out, to[:e.from]...)
	out = append(out, e.text...)
	return append(out, to[e.to:]...)
}

// lineStart is where the line of a byte begins.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd is behind the line break of a byte's line.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// whole is a block with the lines that belong to it alone: the comment right above, and one blank line.
func whole(text []byte, x *hclsyntax.Block) edit {
	from, to := lineStart(text, x.TypeRange.Start.Byte), lineEnd(text, x.CloseBraceRange.End.Byte)
	if !blank(text[from:x.TypeRange.Start.Byte]) {
		from = x.TypeRange.Start.Byte // something stands before it in its line, as a comment may
		return edit{from, x.CloseBraceRange.End.Byte, ""}
	}
	for from > 0 {
		above := lineStart(text, from-1)
		line := bytes.TrimSpace(text[above:from])
		if !bytes.HasPrefix(line, []byte("#")) && !bytes.HasPrefix(line, []byte("//")) {
			break
		}
		from = above
	}
	switch {
	case to < len(text) && blank(text[to:lineEnd(text, to)]):
		to = lineEnd(text, to)
	case from > 0 && blank(text[lineStart(text, from-1):from]) && to == len(text):
		from = lineStart(text, from-1)
	}
	return edit{from, to, ""}
}

// indentation is what stands before the first letter of a byte's line.
func indentation(text []byte, at int) string {
	line := text[lineStart(text, at):]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// newline is how the file ends its lines.
func newline(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// appendTo puts lines before the closing brace of a block, with the file's own indentation. A block of one line becomes one of several.
func appendTo(text []byte, x *hclsyntax.Block, lines ...string) edit {
	end, own := newline(text), indentation(text, x.TypeRange.Start.Byte)
	inside := own + step(text, x)
	var b strings.Builder
	for _, l := range lines {
		if l != "" {
			b.WriteString(inside + l)
		}
		b.WriteString(end)
	}
	if x.OpenBraceRange.Start.Line != x.CloseBraceRange.Start.Line {
		at := lineStart(text, x.CloseBraceRange.Start.Byte)
		if !blank(text[at:x.CloseBraceRange.Start.Byte]) {
			at = x.CloseBraceRange.Start.Byte // the brace shares its line with something: it gets one of its own
			return edit{at, at, end + b.String() + own}
		}
		return edit{at, at, b.String()}
	}
	said := bytes.TrimSpace(text[x.OpenBraceRange.End.Byte:x.CloseBraceRange.Start.Byte])
	first := end
	if len(said) > 0 {
		first += inside + string(said) + end
	}
	return edit{x.OpenBraceRange.End.Byte, x.CloseBraceRange.Start.Byte, first + b.String() + own}
}

// step is by how much the inside of a block is indented, as its first line is; else two spaces.
func step(text []byte, x *hclsyntax.Block) string {
	own := indentation(text, x.TypeRange.Start.Byte)
	for _, a := range x.Body.Attributes {
		if a.NameRange.Start.Line > x.OpenBraceRange.Start.Line {
			if s, ok := strings.CutPrefix(indentation(text, a.NameRange.Start.Byte), own); ok && s != "" {
				return s
			}
		}
	}
	for _, n := range x.Body.Blocks {
		if n.TypeRange.Start.Line > x.OpenBraceRange.Start.Line {
			if s, ok := strings.CutPrefix(indentation(text, n.TypeRange.Start.Byte), own); ok && s != "" {
				return s
			}
		}
	}
	return "  "
}
