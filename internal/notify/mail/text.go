package mail

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/notify"
)

// Limits in bytes of what a mail shows. What is longer is cut, and is whole in the console.
const (
	mostSubject = 150
	mostText    = 300
	mostBody    = 32 << 10 // before the last case
	mostFacts   = 12
	mostSteps   = 10
)

// foreign is a text that holds what AWS or a caller wrote, in one line, of which no program makes a link.
func foreign(s string) string { return notify.Cut(notify.Defang(notify.Plain(s)), mostText) }

func subject(c notify.Content) string {
	s := "[riposte] "
	if c.Severity != "" {
		s += strings.ToUpper(string(c.Severity)) + ": "
	}
	s += notify.Defang(notify.Plain(c.Title))
	return notify.Cut(strings.ReplaceAll(s, "=?", "= ?"), mostSubject) // which would begin an encoded word, and hide what Plain has not seen
}

// body is what a letter says, as text.
func body(c notify.Content) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", foreign(c.Title))
	if c.State != "" {
		line("%s", foreign(c.State))
	}
	for _, s := range c.Says {
		line("\n%s", foreign(s))
	}
	if c.Link != "" {
		line("\nOpen: %s", c.Link)
	}
	shown := 0
	for _, item := range c.Cases[:min(len(c.Cases), notify.MostItems)] {
		if b.Len() > mostBody {
			break
		}
		shown++
		line("\n%d. %s", shown, foreign(item.Title))
		write(line, item)
	}
	if more := c.More + len(c.Cases) - shown; more > 0 {
		line("\nand %d more", more)
	}
	line("\n-- \nNothing in this mail gives an order, and no answer to it is read. Orders are given in the console, or by the command line.")
	return b.String()
}

// write writes one case below its title.
func write(line func(string, ...any), item notify.Item) {
	field := func(name, value string) {
		if value != "" {
			line("   %s: %s", name, value)
		}
	}
	field("state", foreign(item.State))
	field("severity", string(item.Severity))
	field("account", foreign(item.Account))
	for _, f := range item.Facts[:min(len(item.Facts), mostFacts)] {
		field(foreign(f.Name), foreign(f.Value))
	}
	if more := len(item.Facts) - mostFacts; more > 0 {
		line("   and %d facts more", more)
	}
	field("playbook", foreign(item.Playbook))
	field("case", foreign(item.Case))
	if item.Ask != nil {
		ask(line, *item.Ask)
	}
	field("open", item.Link)
}

// ask writes a question.
func ask(line func(string, ...any), a notify.Ask) {
	if a.WasItYou {
		line("   WAS IT YOU?")
	} else {
		line("   ASKED: may this be done?")
	}
	if a.WasItYou {
		own := min(a.AtOnce, len(a.Steps))
		line("   %s", notify.NotYou)
		list(line, "", a.Steps[:own])
		if own < len(a.Steps) {
			line("   %s", notify.Others)
		}
		list(line, "", a.Steps[own:])
	} else {
		list(line, "", a.Steps)
	}
	list(line, "FINAL, there is no way back: ", a.Final)
	list(line, "why: ", a.Why)
	if a.Production {
		line("   - in production")
	}
	if a.Silence != "" {
		line("   no answer means: %s", foreign(a.Silence))
	}
	if !a.Until.IsZero() {
		line("   until: %s", foreign(a.By))
	}
	if a.Shown != "" {
		line("   question: %s", foreign(a.Shown))
	}
}

func list(line func(string, ...any), before string, all []string) {
	for _, s := range all[:min(len(all), mostSteps)] {
		line("   - %s%s", before, foreign(s))
	}
	if more := len(all) - mostSteps; more > 0 {
		line("   - and %d more", more)
	}
}
