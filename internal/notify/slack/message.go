package slack

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/notify"
)

// Slack's limits, in characters; a byte is no larger than any of them. What a message may hold in all is written nowhere: some ten
// thousand are far below what was ever reported to fail.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	mostBlocks  = 50
	mostHeader  = 150
	mostNotice  = 300   // of the text beside the blocks, which a notification shows
	mostSection = 2800  // of 3,000, of one case
	mostState   = 1500  // of how the matter stands
	mostText    = 10000 // of all cases
	mostItems   = 8     // that have buttons
	mostSteps   = 20    // of a plan: whoever writes a letter counts those beyond in one text more
	mostName    = 60
	mostValue   = 400
	mostSays    = 300
)

// kind names riposte's metadata among that of other apps.
const kind = "riposte_letter"

// message is a letter as Slack shows it. No word of it is mrkdwn: what AWS or a caller wrote can't become a mention, a link or markup,
// since nothing parses it.
func (c *Channel) message(l notify.Letter) []api.MsgOption {
	return append(framed(l.Content.Title+": "+l.Content.State, l.Nonce), api.MsgOptionBlocks(c.blocks(l)...))
}

// plainly is a message of one text.
func plainly(text, mark string) []api.MsgOption {
	t := section{left: mostSection}
	t.add(text, nil)
	return append(framed(text, mark), api.MsgOptionBlocks(t.block("says")))
}

// framed is what each message has: nothing is unfurled, no name is linked, and the metadata carries a mark by which it is found again.
func framed(text, mark string) []api.MsgOption {
	return []api.MsgOption{
		api.MsgOptionText(clean(text, mostNotice), true), api.MsgOptionDisableMarkdown(), api.MsgOptionParse(false), api.MsgOptionLinkNames(false),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: kind, EventPayload: map[string]any{"nonce": mark}}),
	}
}

// carries reports whether a message has a mark of ours.
func carries(m api.Message, mark string) bool {
	return mark != "" && m.Metadata.EventType == kind && m.Metadata.EventPayload["nonce"] == mark
}

// news is what a thread is told.
func news(c notify.Content) string { return strings.Join(append([]string{c.State}, c.Says...), " · ") }

// clean is one line of a text that anybody may have written, within a limit of bytes.
func clean(s string, limit int) string {
	return notify.Cut(notify.Defang(notify.Plain(s)), limit)
}

// plain is such a text where Slack wants an object, which can't be empty. Names of emoji in it stay names.
func plain(s string, limit int) *api.TextBlockObject {
	no := false
	if s = clean(s, limit); s == "" {
		s = "-"
	}
	return &api.TextBlockObject{Type: api.PlainTextType, Text: s, Emoji: &no}
}

func (c *Channel) blocks(l notify.Letter) []api.Block {
	in := l.Content
	t := section{left: mostState}
	t.add(string(in.Severity), bold())
	t.add(" · "+in.State, nil)
	if in.Closed {
		t.add(" · closed", nil)
	}
	for _, s := range in.Says {
		t.line(clean(s, mostSays), nil)
	}
	out := []api.Block{&api.HeaderBlock{Type: api.MBTHeader, Text: plain(in.Title, mostHeader)}, t.block("state")}
	items, more := in.Cases[:min(len(in.Cases), mostItems)], in.Cases[min(len(in.Cases), mostItems):]
	for i, item := range items {
		out = append(out, c.item(fmt.Sprint("case/", i), min(mostSection, mostText/len(items)), l.ID, item)...)
	}
	if len(more) > 0 || in.More > 0 {
		out = append(out, further(more, in.More))
	}
	if open := link(in.Link); open != nil {
		out = append(out, api.NewActionBlock("open", open))
	}
	return out[:min(len(out), mostBlocks)]
}

// further are cases without buttons, a line each: each is told all the same, with what no answer to it means.
func further(items []notify.Item, more int) api.Block {
	t := section{left: mostSection}
	for _, item := range items {
		says := " · " + item.State
		if a := item.Ask; a != nil {
			says += ", asks"
			if a.Silence != "" { // which says by when
				says += ": " + a.Silence
			}
		}
		says = clean(says+" · riposte case "+item.Case, mostSection/(notify.MostItems-mostItems)-mostName)
		t.add(clean(item.Title, mostName)+says, nil)
		t.put("\n", nil)
	}
	if more > 0 {
		t.add(fmt.Sprintf("%d more", more), nil)
	}
	return t.block("more")
}

// silence is what no answer means, and by when; "" where it means nothing.
func silence(a notify.Ask) string {
	switch {
	case a.Silence == "":
		return ""
	case a.Until.IsZero():
		return ": no answer means: " + clean(a.Silence, mostSays)
	}
	return ": no answer until " + clean(a.By, mostName) + " means: " + clean(a.Silence, mostSays)
}

// item is one case: what it is about, what it asks, and buttons.
func (c *Channel) item(id string, limit int, letter string, item notify.Item) []api.Block {
	t := section{left: limit}
	t.add(clean(item.Title, limit/5), bold())
	t.line(clean(fmt.Sprintf("%s · %s · %s · account %s", item.State, item.Severity, item.Playbook, item.Account), mostSays), nil)
	whole := true
	if item.Ask != nil {
		whole = t.ask(*item.Ask, limit)
	}
	buttons, why := c.buttons(letter, item, whole)
	if why != "" {
		t.line(fmt.Sprintf("Not to be approved here: %s. riposte case %s", why, item.Case), nil)
	}
	for _, f := range item.Facts {
		t.line(clean(f.Name, mostName)+": ", nil)
		t.add(clean(f.Value, mostValue), code())
	}
	out := []api.Block{t.block(id)}
	if len(buttons) > 0 {
		out = append(out, api.NewActionBlock(id+"/answer", buttons...))
	}
	return out
}

// heading says what becomes of the steps from one on, where a person is asked whether it was they.
func (t *section) heading(a notify.Ask, step int) {
	switch {
	case !a.WasItYou:
	case step == 0:
		t.line(notify.NotYou, bold())
	case step == a.AtOnce:
		t.line(notify.Others, bold())
	}
}

// ask tells what a yes does, and reports whether all of it is there: what is not shown is not approved.
func (t *section) ask(a notify.Ask, limit int) (whole bool) {
	if a.WasItYou {
		t.line("Was it you? Those who watch are told what you answer.", bold())
	}
	size, short := 0, len(a.Steps) > mostSteps
	for _, s := range slices.Concat(a.Steps, a.Final) {
		size += len(notify.Defang(notify.Plain(s))) + len("\nno way back: ")
		short = short || strings.HasSuffix(s, "…") // it was cut on the way here
	}
	if whole = size <= limit*3/5 && !short; !whole {
		t.line(fmt.Sprintf("%d steps, too long to be listed here", len(a.Steps)), nil)
	} else {
		for i, s := range a.Steps {
			t.heading(a, i)
			t.line("• ", nil)
			t.add(s, code())
		}
		for _, s := range a.Final {
			t.line("no way back: ", bold())
			t.add(s, code())
		}
		whole = !t.cut
	}
	if says := silence(a); says != "" { // before what others have written, which may fill the rest
		t.line("It asks"+says, nil)
	}
	for _, why := range a.Why {
		t.line("Asked because: "+clean(why, mostSays), nil)
	}
	return whole
}
