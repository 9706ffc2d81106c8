package webhook

import (
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/notify"
)

// Limits in bytes of texts, and of lists.
const (
	mostText  = 500
	mostBody  = 128 << 10 // of which cases are left out, and counted in more
	mostLists = 20
)

// Told is the body of a webhook: docs/telling.md describes it, and its fields stay. Texts are lines without control characters, cut to 500 bytes; what
// AWS or a caller wrote in them is theirs, and text.
type Told struct {
	Type     string   `json:"type"`   // riposte.letter
	Letter   string   `json:"letter"` // l_...: in each message about one matter to one recipient the same
	Matter   string   `json:"matter"` // incident/c_..., case/c_..., digest/2026-W48
	To       string   `json:"to,omitempty"`
	Notice   bool     `json:"notice"` // it asks, escalates, failed, was undone, was verified
	Urgent   bool     `json:"urgent"`
	Closed   bool     `json:"closed"`
	Title    string   `json:"title"`
	Severity string   `json:"severity,omitempty"`
	State    string   `json:"state,omitempty"`
	Says     []string `json:"says,omitempty"`
	Cases    []Case   `json:"cases,omitempty"`
	More     int      `json:"more,omitempty"` // further cases, behind link
	Link     string   `json:"link,omitempty"`
}

// Case is one of a letter.
type Case struct {
	Case     string `json:"case"`
	Playbook string `json:"playbook"`
	Title    string `json:"title"`
	State    string `json:"state"`
	Severity string `json:"severity,omitempty"`
	Account  string `json:"account"`
	Facts    []Fact `json:"facts,omitempty"`
	Asks     *Asks  `json:"asks,omitempty"`
	Link     string `json:"link,omitempty"`
}

// Fact is a named text of a case.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Asks is what a case asks. Nobody can answer it here.
type Asks struct {
	Question   string    `json:"question"`
	Steps      []string  `json:"steps,omitempty"`
	Final      []string  `json:"final,omitempty"`
	Why        []string  `json:"why,omitempty"`
	Class      string    `json:"class,omitempty"`
	Production bool      `json:"production"`
	Silence    string    `json:"silence,omitempty"`
	Until      time.Time `json:"until,omitzero"`
	WasItYou   bool      `json:"was_it_you,omitempty"`
}

func text(s string) string { return notify.Cut(notify.Plain(s), mostText) }

func texts(all []string) (out []string) {
	for _, s := range all[:min(len(all), mostLists)] {
		out = append(out, text(s))
	}
	return out
}

// plain is a letter as JSON.
func plain(l notify.Letter) ([]byte, error) {
	return fit(notify.MostItems, mostBody, func(most int) any { return told(l, most) })
}

// fit writes with as many cases as stay below a limit of bytes, most at first.
func fit(most, limit int, of func(most int) any) ([]byte, error) {
	for {
		b, err := json.Marshal(of(most))
		if err != nil || len(b) <= limit || most == 0 {
			return b, err
		}
		most--
	}
}

// told is a letter with so many cases at most.
func told(l notify.Letter, most int) Told {
	c := l.Content
	shown := min(len(c.Cases), most)
	out := Told{
		Type: "riposte.letter", Letter: l.ID, Matter: l.Matter, To: to(l.To), Notice: l.Notice, Urgent: l.Urgent, Closed: c.Closed,
		Title: text(c.Title), Severity: string(c.Severity), State: text(c.State), Says: texts(c.Says), Link: c.Link,
		More: c.More + len(c.Cases) - shown,
	}
	for _, i := range c.Cases[:shown] {
		one := Case{
			Case: text(i.Case), Playbook: text(i.Playbook), Title: text(i.Title), State: text(i.State), Severity: string(i.Severity), Account: text(i.Account), Link: i.Link,
		}
		for _, f := range i.Facts[:min(len(i.Facts), mostLists)] {
			one.Facts = append(one.Facts, Fact{text(f.Name), text(f.Value)})
		}
		if a := i.Ask; a != nil {
			one.Asks = &Asks{text(a.Shown), texts(a.Steps), texts(a.Final), texts(a.Why), string(a.Class), a.Production, text(a.Silence), a.Until, a.WasItYou}
		}
		out.Cases = append(out.Cases, one)
	}
	return out
}

func to(r notify.Recipient) string {
	if r.Group != "" {
		return r.Group
	}
	return r.Address
}
