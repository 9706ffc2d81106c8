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
}

func (t *timeline) line(l demo.Line) {
	if t.sh.unprinted != nil || t.sh.json() {
		return
	}
	columns := 100 // that text may take: a terminal's width, at most what the eye follows
	if t.sh.width >= 60 {
		columns = min(t.sh.width, 120)
	}
	speaks := l.Who + clock(l.Since) + strconv.Itoa(l.Number)
	text := ""
	switch l.Who {
	case demo.Narrator: // an attack's title, and what to know before watching
		title, story, _ := strings.Cut(l.Text, "\n")
		text = "\n" + lipgloss.NewStyle().Bold(true).Render(show.Plain(title)) + "\n"
		for line := range strings.SplitSeq(show.Wrap(show.Plain(story), columns), "\n") {
			text += lipgloss.NewStyle().Faint(true).Render(line) + "\n"
		}
	case demo.Tally:
		text = "\n" + show.Wrap(show.Plain(l.Text), columns)
	default:
		text = moment(l, speaks == t.last, columns)
	}
	t.last = speaks
	t.sh.text(text + "\n")
}

// The columns of time and of who speaks.
const margin, voices = 11, 17

// moment is one line: time, who in a colour of its own, what. What does not fit goes on below itself.
func moment(l demo.Line, again bool, columns int) string {
	who := show.Plain(l.Who)
	if l.Number > 0 {
		who += fmt.Sprintf(", case %d", l.Number)
	}
	colour := "1" // an attacker
	switch {
	case l.Who == demo.Riposte:
		colour = "2"
	case l.Who == demo.Trail:
		colour = "8"
	case l.Refused:
		colour = "3"
	}
	ink := lipgloss.NewStyle().Foreground(lipgloss.Color(colour))

	indent := strings.Repeat(" ", margin+voices+1)
	text := strings.ReplaceAll(show.Wrap(show.Plain(l.Text), columns-len(indent)), "\n", "\n"+indent+"  ")
	if stage, rest, _ := strings.Cut(text, ":"); l.Stage {
		text = strings.TrimSuffix(ink.Bold(true).Render(stage)+":"+rest, ":")
	}
	if again {
		return indent + text
	}
	return fmt.Sprintf("%*s  ", margin-2, clock(l.Since)) + ink.Render(fmt.Sprintf("%-*s", voices, who)) + " " + text
}

// clock is world time since the attack began, as minutes, seconds and tenths.
func clock(d time.Duration) string {
	if day := 24 * time.Hour; d >= day {
		return fmt.Sprintf("%dd %02d:%02d", d/day, int(d%day/time.Hour), int(d%time.Hour/time.Minute))
	}
	return fmt.Sprintf("%d:%04.1f", int(d.Minutes()), (d % time.Minute).Seconds())
}
