package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/origin"
)

// moved prints a change of a mode, and what there is for it.
func (sh *shell) moved(m moved) {
	if sh.json() {
		sh.object(m)
		return
	}
	sh.line("%s", m.String())
	if e := m.Evidence; e != nil {
		since := ""
		if !e.Since.IsZero() {
			since = " since " + e.Since.UTC().Format(time.DateOnly)
		}
		if e.More {
			since += ", and older ones that were not read"
		}
		sh.line("  record    %s in %s%s", counted(e.Cases, "case"), m.Ledger, since)
		sh.line("            %d right, %d not confirmed, %d refused by people, %d unanswered, %d excepted, %d undone, %d failed, %d other; %d approved",
			e.Right, e.Dismissed, e.Refused, e.Unanswered, e.Excepted, e.Undone, e.Failed, e.Other, e.Approved)
	}
	m.history(sh)
	for _, w := range m.Warnings {
		sh.remark("warning: %s", w)
	}
	where := m.File
	if m.Line > 0 {
		where += fmt.Sprintf(", line %d", m.Line)
	}
	sh.line("  %s", where)
	for _, line := range m.Lines {
		sh.line("  + %s", line)
	}
	if m.Written && origin.Remote(m.File) {
		sh.line("written; a riposte that reads it there takes it up within a minute")
		return
	}
	if m.Written {
		sh.line("written; a riposte that runs takes it up when it gets SIGHUP, or starts")
		return
	}
	if origin.Remote(m.File) {
		sh.line("nothing is changed: with --write it is, with your own rights")
		return
	}
	sh.line("nothing is changed: with --write it is, where this file is the one that riposte reads")
}

// history is what a backtest found.
func (m moved) history(sh *shell) {
	if m.Backtest == nil {
		return
	}
	if len(m.Found) == 0 {
		sh.line("  backtest  nothing%s", span(m.Backtest))
	}
	for _, row := range m.Found {
		judged := "not judged against the present"
		if m.Backtest.Checked {
			judged = fmt.Sprintf("%d confirmed, %d not, %d unknown", row.Confirmed, row.Dismissed, row.Unknown)
		}
		sh.line("  backtest  %d suspects in %d cases%s: %s, %d left alone", row.Suspects, row.Cases, span(m.Backtest), judged, row.Alone)
	}
	of := ""
	if m.Backtest.AnswersOf != "" {
		of = ", of " + m.Backtest.AnswersOf
	}
	for _, a := range m.Backtest.Answers {
		if a.Playbook == m.Playbook {
			sh.line("            would %s: %s in %d accounts%s", a.Does, targets(a), a.Accounts, of)
		}
	}
}

// difference is the lines of a text that another lacks, with the number of the first.
func difference(old, now string) (first int, lines []string) {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for first < len(a) && first < len(b) && a[first] == b[first] {
		first++
	}
	had := map[string]int{}
	for _, line := range a[first:] {
		had[line]++
	}
	for _, line := range b[first:] {
		if had[line]--; had[line] < 0 {
			lines = append(lines, line)
		}
	}
	return first + 1, lines
}
