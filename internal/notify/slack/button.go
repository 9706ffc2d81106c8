package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// https://docs.slack.dev/reference/block-kit/block-elements/button-element
// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
const (
	mostButton      = 2000
	mostURL         = 3000
	mostLabel       = 75
	mostConfirm     = 300
	mostConfirmHead = 100
	mostConfirmWord = 30
)

// opens is the id of the button that leads to a page: Slack tells of its click as well, which means nothing.
const opens = "open"

// button is what a click brings back.
type button struct {
	Letter   string      `json:"l"`
	Case     string      `json:"c"`
	Verb     ledger.Verb `json:"v"`
	Shown    string      `json:"s,omitempty"` // what the person saw, as it is named (ledger.Case.Shown; of dismiss and except: Seen)
	Revision int         `json:"r,omitempty"`
	Seconds  int64       `json:"x,omitempty"` // except: for how long
}

// label is what stands on the button. A click brings it back: another label than the verb's is none of ours.
func (b button) label() string {
	switch b.Verb {
	case ledger.Approve:
		return "Approve plan (" + b.Shown + ")"
	case ledger.Dismiss:
		return "Dismiss"
	case ledger.Except:
		return "Let be: " + span(b.lasts())
	case ledger.Mine:
		return "It was me"
	case ledger.NotMine:
		return "It was not me"
	}
	return ""
}

func (b button) lasts() time.Duration { return time.Duration(b.Seconds) * time.Second }

// span is a length of time as a person says it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 31*day || d == 30*day:
		return "1 month"
	case d == 365*day || d == 366*day:
		return "1 year"
	case d == day:
		return "1 day"
	case d >= day && d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}

// readButton reads a button's value, which anybody may have written who has a token of the app.
func readButton(value string) (b button, err error) {
	if len(value) > mostButton {
		return b, fmt.Errorf("the button's value has %d bytes", len(value))
	}
	d := json.NewDecoder(bytes.NewReader([]byte(value)))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("the button's value is none of ours: %w", err)
	}
	_, more := d.Token()
	switch {
	case more != io.EOF:
		return b, fmt.Errorf("the button's value is none of ours: something follows it")
	case !ledgerID(b.Letter, "l_") || !ledgerID(b.Case, "c_"):
		return b, fmt.Errorf("the button's value names no letter and case")
	case !slices.Contains([]ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Except, ledger.Mine, ledger.NotMine}, b.Verb):
		return b, fmt.Errorf("the button's value has no order of ours: %.20q", b.Verb)
	case b.Shown == "" || len(b.Shown) > 64 || b.Revision < 0:
		return b, fmt.Errorf("the button's value does not say what was shown")
	case (b.Verb == ledger.Except) != (b.Seconds > 0) || b.Seconds > int64(10*366*24*time.Hour/time.Second):
		return b, fmt.Errorf("the button's value has a length of time of %d seconds", b.Seconds)
	}
	return b, nil
}

func ledgerID(s, prefix string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	return ok && rest != "" && len(s) <= 100 && !strings.ContainsFunc(rest, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '-'
	})
}

// buttons are those of a case, and why what it asks is not approved here, "" where it is. Whole says that all steps are shown.
func (c *Channel) buttons(letter string, item notify.Item, whole bool) (out []api.BlockElement, why string) {
	if ask := item.Ask; ask != nil && ask.Shown != "" {
		b := button{Letter: letter, Case: item.Case, Shown: ask.Shown, Revision: ask.Revision}
		if ask.WasItYou {
			out = append(out, b.as(ledger.NotMine, confirmNotMine(*ask)), b.as(ledger.Mine, nil))
		} else {
			out, why = c.orders(b, *ask, whole)
		}
	}
	if open := link(item.Link); open != nil && len(out) > 0 {
		out = append(out, open)
	}
	return out, why
}

// orders are the buttons of those who may decide.
func (c *Channel) orders(b button, ask notify.Ask, whole bool) (out []api.BlockElement, why string) {
	switch why = c.ByChat(ledger.Approve, ask.Class, ask.Production); {
	case why != "":
	case ask.Refused != "":
		why = ask.Refused
	case !whole:
		why = "the plan is longer than what fits here"
	default:
		out = append(out, b.as(ledger.Approve, confirmPlan(ask)).WithStyle(styleOf(ask)))
	}
	if b.Shown = ask.Seen; b.Shown == "" {
		return out, why
	}
	if c.ByChat(ledger.Dismiss, ask.Class, ask.Production) == "" {
		out = append(out, b.as(ledger.Dismiss, nil))
	}
	b.Seconds = int64(ask.Except / time.Second)
	text, all := confirmFound(ask, b.lasts())
	if b.Seconds > 0 && all && c.ByChat(ledger.Except, ask.Class, ask.Production) == "" {
		out = append(out, b.as(ledger.Except, confirm("Let it be?", text, "Let be")))
	}
	return out, why
}

func styleOf(ask notify.Ask) api.Style {
	if len(ask.Final) > 0 {
		return api.StyleDanger
	}
	return api.StylePrimary
}

// as is the button of a verb, which is its id as well.
func (b button) as(verb ledger.Verb, sure *api.ConfirmationBlockObject) *api.ButtonBlockElement {
	if b.Verb = verb; verb != ledger.Except {
		b.Seconds = 0
	}
	value, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings and numbers
	}
	e := api.NewButtonBlockElement(string(verb), string(value), plain(b.label(), mostLabel))
	e.Confirm = sure
	return e
}

// link leads to a page, nil where there is none that a browser opens.
func link(to string) *api.ButtonBlockElement {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(to) > mostURL {
		return nil
	}
	return api.NewButtonBlockElement(opens, "", plain("Open", mostLabel)).WithURL(to)
}

// confirmPlan lists what a yes does once more, before it counts: first what has no way back.
func confirmPlan(ask notify.Ask) *api.ConfirmationBlockObject {
	return confirm("Approve this plan?", listed("", ask), "Approve")
}

// confirmNotMine lists what is done at once when the person says that it was not they.
func confirmNotMine(ask notify.Ask) *api.ConfirmationBlockObject {
	ask.Steps, ask.Final = ask.Steps[:min(ask.AtOnce, len(ask.Steps))], nil
	return confirm("It was not you?", listed("This is done at once: ", ask), "It was not me")
}

// listed are the steps of a question in as much room as a dialog has, after a beginning.
func listed(begins string, ask notify.Ask) string {
	var steps []string
	for _, s := range ask.Final {
		steps = append(steps, "no way back: "+clean(s, mostConfirm))
	}
	for _, s := range ask.Steps {
		if s = clean(s, mostConfirm); !slices.Contains(steps, "no way back: "+s) {
			steps = append(steps, s)
		}
	}
	const reserve = len("; and 1000 more, as the message lists them")
	text, shown := begins, 0
	for _, s := range steps {
		next := text
		if shown > 0 {
			next += "; "
		}
		if next += s; len(next) > mostConfirm-reserve {
			break
		}
		text, shown = next, shown+1
	}
	switch left := len(steps) - shown; {
	case shown == 0:
		text += fmt.Sprintf("%d steps, as the message lists them", len(ask.Steps))
		if len(ask.Final) > 0 {
			text += "; some have no way back"
		}
	case left > 0:
		text += fmt.Sprintf("; and %d more, as the message lists them", left)
	}
	return text
}

// confirmFound lists what is let be once more, and reports whether all of it is there.
func confirmFound(ask notify.Ask, lasts time.Duration) (text string, all bool) {
	text = "It stays as it is, and is not told for " + span(lasts) + ": "
	for i, f := range ask.Found {
		if i > 0 {
			text += ", "
		}
		text += notify.Defang(notify.Plain(f))
	}
	return text, len(text) <= mostConfirm && len(ask.Found) > 0
}

func confirm(title, text, yes string) *api.ConfirmationBlockObject {
	return api.NewConfirmationBlockObject(plain(title, mostConfirmHead), plain(text, mostConfirm), plain(yes, mostConfirmWord), plain("Cancel", mostConfirmWord))
}
