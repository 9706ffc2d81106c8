package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/show"
)

// timeline prints a demo as it happens: who did what, in world time since the attack began.
type timeline struct {
	sh   *shell
	last string // who spoke last, and when: it is not repeated
	err  error  // the first that printing met
}

func (t *timeline) line(l demo.Line) {
	if t.err != nil || t.sh.json() {
		return
	}
	speaks := l.Who + clock(l.Since) + strconv.Itoa(l.Number)
	text := ""
	switch l.Who {
	case demo.Narrator:
		text = heading(l, t.columns())
	case demo.Tally:
		text = "\n" + show.Wrap(show.Plain(l.Text), t.columns())
	default:
		text = moment(l, speaks == t.last, t.columns())
	}
	t.last = speaks
	_, t.err = fmt.Fprintln(t.sh.out, text)
}

// columns that text may take: a terminal's width, at most what the eye follows.
func (t *timeline) columns() int {
	if t.sh.width < 60 {
		return 100
	}
	return min(t.sh.width, 120)
}

// heading is an attack's title and what to know before watching.
func heading(l demo.Line, columns int) string {
	title, story, _ := strings.Cut(l.Text, "\n")
	out := "\n" + lipgloss.NewStyle().Bold(true).Render(show.Plain(title)) + "\n"
	for line := range strings.SplitSeq(show.Wrap(show.Plain(story), columns), "\n") {
		out += lipgloss.NewStyle().Faint(true).Render(line) + "\n"
	}
	return out
}

// The columns of time and of who speaks.
const margin, voices = 11, 17

// moment is one line: time, who, what. What does not fit goes on below itself.
func moment(l demo.Line, again bool, columns int) string {
	who := show.Plain(l.Who)
	if l.Number > 0 {
		who += fmt.Sprintf(", case %d", l.Number)
	}
	indent := strings.Repeat(" ", margin+voices+1)
	text := strings.ReplaceAll(show.Wrap(show.Plain(l.Text), columns-len(indent)), "\n", "\n"+indent+"  ")
	if stage, rest, _ := strings.Cut(text, ":"); l.Stage {
		text = strings.TrimSuffix(ink(l).Bold(true).Render(stage)+":"+rest, ":")
	}
	if again {
		return indent + text
	}
	return fmt.Sprintf("%*s  ", margin-2, clock(l.Since)) + ink(l).Render(fmt.Sprintf("%-*s", voices, who)) + " " + text
}

// ink is the colour of who speaks.
func ink(l demo.Line) lipgloss.Style {
	colour := "1" // an attacker
	switch {
	case l.Who == demo.Riposte:
		colour = "2"
	case l.Who == demo.Trail:
		colour = "8"
	case l.Refused:
		colour = "3"
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(colour))
}

// clock is world time since the attack began, as minutes, seconds and tenths.
func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%04.1f", int(d.Minutes()), (d % time.Minute).Seconds())
}
