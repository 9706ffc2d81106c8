package slack

import (
	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/notify"
)

// section is rich text within a limit: its elements are shown as they are, nothing in them is parsed.
type section struct {
	left     int  // bytes
	cut      bool // something did not fit
	elements []api.RichTextSectionElement
}

func bold() *api.RichTextSectionTextStyle { return &api.RichTextSectionTextStyle{Bold: true} }

// code sets off what others wrote from riposte's own words.
func code() *api.RichTextSectionTextStyle { return &api.RichTextSectionTextStyle{Code: true} }

// add adds a text to the line.
func (t *section) add(s string, style *api.RichTextSectionTextStyle) {
	t.put(spaced(s), style)
}

// line adds a text on a line of its own.
func (t *section) line(s string, style *api.RichTextSectionTextStyle) {
	if t.left <= len("\n…") {
		t.cut = true
		return
	}
	t.put("\n", nil)
	t.add(s, style)
}

func (t *section) put(s string, style *api.RichTextSectionTextStyle) {
	switch {
	case s == "":
		return
	case t.left < len("…"):
		t.cut = true
		return
	case len(s) > t.left:
		s, t.cut = notify.Cut(s, t.left), true
	}
	t.left -= len(s)
	t.elements = append(t.elements, api.NewRichTextSectionTextElement(s, style))
}

// spaced is a clean text that keeps the space at its ends, which sets it off from its neighbours.
func spaced(s string) string {
	before, after := "", ""
	if len(s) > 0 && s[0] == ' ' {
		before = " "
	}
	if len(s) > 1 && s[len(s)-1] == ' ' {
		after = " "
	}
	return before + notify.Defang(notify.Plain(s)) + after
}

// block is the text as a block; an empty one would be refused.
func (t *section) block(id string) api.Block {
	if len(t.elements) == 0 {
		t.elements = append(t.elements, api.NewRichTextSectionTextElement("-", nil))
	}
	return api.NewRichTextBlock(id, &api.RichTextSection{Type: api.RTESection, Elements: t.elements})
}
