package webhook

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/notify"
)

// Limits of a card. Teams takes messages of some 28 KB: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
const (
	mostCard      = 24 << 10
	mostCardText  = 200
	mostCardCases = 8
	mostCardFacts = 6
)

// Parts of Adaptive Cards 1.4, as far as they are used. Texts stand in TextRuns alone, in which no Markdown counts: a TextBlock or a FactSet would make
// links and headlines of what a caller wrote. https://adaptivecards.io/explorer/TextRun.html
type (
	message struct {
		Type        string       `json:"type"`
		Attachments []attachment `json:"attachments"`
	}
	attachment struct {
		ContentType string       `json:"contentType"`
		Content     adaptiveCard `json:"content"`
	}
	adaptiveCard struct {
		Schema  string    `json:"$schema"`
		Type    string    `json:"type"`
		Version string    `json:"version"`
		Body    []block   `json:"body"`
		Actions []opening `json:"actions,omitempty"`
	}
	block struct {
		Type      string `json:"type"`
		Inlines   []run  `json:"inlines"`
		Separator bool   `json:"separator,omitempty"`
	}
	run struct {
		Type   string `json:"type"`
		Text   string `json:"text"`
		Weight string `json:"weight,omitempty"`
	}
	opening struct {
		Type  string `json:"type"`
		Title string `json:"title"`
		URL   string `json:"url"`
	}
)

// line is a text in a block of its own.
func line(s string) block {
	return block{Type: "RichTextBlock", Inlines: []run{{Type: "TextRun", Text: notify.Cut(notify.Defang(notify.Plain(s)), mostCardText)}}}
}

func bold(b block) block {
	b.Inlines[0].Weight = "Bolder"
	return b
}

// card is a letter as a message with one card. What does not fit is behind its link.
func card(l notify.Letter) ([]byte, error) {
	return fit(mostCardCases, mostCard, func(most int) any {
		return message{"message", []attachment{{"application/vnd.microsoft.card.adaptive", fitting(l.Content, most)}}}
	})
}

// fitting is a card with so many cases at most.
func fitting(c notify.Content, most int) adaptiveCard {
	out := adaptiveCard{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4"}
	out.Body = append(out.Body, bold(line(strings.ToUpper(string(c.Severity))+" "+c.Title)), line(c.State))
	for _, s := range c.Says[:min(len(c.Says), mostCardFacts)] {
		out.Body = append(out.Body, line(s))
	}
	shown := min(len(c.Cases), most)
	for _, i := range c.Cases[:shown] {
		first := bold(line(i.Title))
		first.Separator = true
		out.Body = append(out.Body, first, line(i.State+", account "+i.Account+", case "+i.Case))
		for _, f := range i.Facts[:min(len(i.Facts), mostCardFacts)] {
			out.Body = append(out.Body, line(f.Name+": "+f.Value))
		}
		if i.Ask != nil {
			out.Body = append(out.Body, asked(*i.Ask)...)
		}
	}
	if more := c.More + len(c.Cases) - shown; more > 0 {
		out.Body = append(out.Body, line(fmt.Sprintf("and %d more", more)))
	}
	if c.Link != "" {
		out.Actions = []opening{{"Action.OpenUrl", "Open", c.Link}}
	}
	return out
}

// asked is a question, which is answered in the console.
func asked(a notify.Ask) (out []block) {
	for _, s := range a.Steps[:min(len(a.Steps), mostCardFacts)] {
		out = append(out, line("asks: "+s))
	}
	for _, s := range a.Final[:min(len(a.Final), mostCardFacts)] {
		out = append(out, line("final, there is no way back: "+s))
	}
	if a.Silence != "" {
		out = append(out, line("no answer means: "+a.Silence))
	}
	if !a.Until.IsZero() {
		out = append(out, line("until "+a.By))
	}
	return out
}
