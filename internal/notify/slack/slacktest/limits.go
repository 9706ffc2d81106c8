package slacktest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"unicode/utf8"
)

// object is any part of a message.
type object struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	ActionID string          `json:"action_id"`
	Text     json.RawMessage `json:"text"`
	Value    string          `json:"value"`
	Elements []object        `json:"elements"`
	Confirm  *struct {
		Title, Text, Confirm, Deny struct{ Type, Text string }
	} `json:"confirm"`
}

// inspect notes what Slack would not take, or would not show as text.
// https://docs.slack.dev/reference/block-kit/blocks
func (s *Server) inspect(in url.Values) {
	wrong := func(format string, a ...any) { s.hurt = append(s.hurt, fmt.Sprintf(format, a...)) }
	var blocks []object
	if err := json.Unmarshal([]byte(in.Get("blocks")), &blocks); err != nil {
		wrong("no blocks: %v", err)
	}
	if len(blocks) > 50 {
		wrong("%d blocks", len(blocks))
	}
	for _, off := range []string{"unfurl_links", "unfurl_media", "link_names", "mrkdwn"} {
		if in.Get(off) != "false" && in.Get(off) != "0" {
			wrong("%s is %q", off, in.Get(off))
		}
	}
	ids, total := map[string]bool{}, 0
	for _, b := range blocks {
		if b.BlockID != "" && ids[b.BlockID] || len(b.BlockID) > 255 {
			wrong("block id %q", b.BlockID)
		}
		ids[b.BlockID] = true
		size := 0
		s.part(b, &size, wrong)
		if total += size; size > 3000 {
			wrong("a block of %d characters", size)
		}
	}
	if total > 13000 {
		wrong("%d characters in all", total)
	}
}

// part is a block, or an element of one.
func (s *Server) part(o object, size *int, wrong func(string, ...any)) {
	var text struct{ Type, Text string }
	if len(o.Text) > 0 && o.Text[0] == '{' {
		_ = json.Unmarshal(o.Text, &text)
	} else {
		_ = json.Unmarshal(o.Text, &text.Text)
	}
	n := utf8.RuneCountInString(text.Text)
	*size += n
	most := map[string]int{"header": 150, "button": 75}[o.Type]
	switch {
	case o.Type == "section", o.Type == "context", text.Type == "mrkdwn", o.Type == "link", o.Type == "user", o.Type == "broadcast":
		wrong("a %s, which is parsed: %s", o.Type, text.Text)
	case most > 0 && (n == 0 || n > most), o.Type == "text" && n == 0:
		wrong("a %s of %d characters", o.Type, n)
	case len(o.Value) > 2000, len(o.ActionID) > 255:
		wrong("a button's value has %d bytes, its id %d", len(o.Value), len(o.ActionID))
	}
	if c := o.Confirm; c != nil {
		for most, x := range map[int]struct{ Type, Text string }{100: c.Title, 300: c.Text, 30: c.Confirm} {
			if n := utf8.RuneCountInString(x.Text); n == 0 || n > most || x.Type != "plain_text" {
				wrong("a dialog's %q", x.Text)
			}
		}
	}
	for _, e := range o.Elements {
		s.part(e, size, wrong)
	}
}
