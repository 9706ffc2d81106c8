package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/internal/backtest"
	"github.com/ripostehq/riposte/internal/show"
)

// print tells a report to people: what is not known first, since it bounds the rest.
func (v backtestVerb) print(sh *shell, r *backtest.Report) {
	sh.line("%s records in %s files of %d accounts%s: %d suspects", backtest.Figure(r.Summary.Records), backtest.Figure(r.Summary.Files), r.Accounts, span(r), r.Suspects)
	if r.EventsPerDay > 0 {
		n := strconv.FormatFloat(r.EventsPerDay, 'f', 0, 64)
		sh.line("%s events a day for the rules of these playbooks: riposte permissions --cost %s", n, n)
	}
	v.unknown(sh, r)
	sh.line("\nWhat would have been done%s", judged(r))
	if len(r.Answers) == 0 {
		sh.line("  nothing")
	}
	answers := table{{"  PLAYBOOK", "DOES", "TARGETS", "ACCOUNTS", "ACT", "ASK", "OBSERVE", "WAY BACK"}}
	for _, a := range r.Answers[:min(len(r.Answers), 3*v.Top)] {
		back := "undo"
		if a.Final != "" {
			back = "none"
		}
		answers = append(answers, []string{"  " + a.Playbook, a.Does, targets(a), fmt.Sprint(a.Accounts), blank(a.Act), blank(a.Ask), blank(a.Observe), back})
	}
	sh.table(answers)
	if more := len(r.Answers) - 3*v.Top; more > 0 {
		sh.line("  and %d more", more)
	}
	v.quieter(sh, r)
	for _, t := range r.Tables {
		v.by(sh, r, t)
	}
	if !r.Checked {
		sh.line("\nWhat the present confirms, whose images were launched, and parameters that would make it quieter: --check")
	}
}

// targets is how many there are, or are at least.
func targets(a backtest.Answer) string {
	if a.More {
		return fmt.Sprintf("%d+", a.Targets)
	}
	return fmt.Sprint(a.Targets)
}

func span(r *backtest.Report) string {
	if r.From == "" {
		return ""
	}
	return ", " + r.From + " to " + r.To
}

func judged(r *backtest.Report) string {
	if r.AnswersOf != "" {
		return ", of what the present confirms, of " + r.AnswersOf + " (each target once)"
	}
	if r.Checked {
		return ", of what the present confirms (each target once)"
	}
	return ", on unchecked facts (each target once)"
}

func (v backtestVerb) unknown(sh *shell, r *backtest.Report) {
	if named, more := backtest.GapsNamed(r.Gaps, v.Top); len(named) > 0 {
		text := strings.Join(named, "; ")
		if more > 0 {
			text += fmt.Sprintf("; and %d more", more)
		}
		sh.line("no log file of %s", text)
	}
	if r.Unreadable > 0 {
		sh.line("%d could not be read: see above, or unread in --format json", r.Unreadable)
	}
	for i, t := range r.Unknown {
		if i == v.Top {
			sh.line("and %d more accounts could not be judged", len(r.Unknown)-i)
			break
		}
		sh.line("account %s: %d suspects could not be judged: %s", t.Account, t.Suspects, t.Why)
	}
	if r.Outside > 0 {
		sh.line("%d suspects are of calls before or after these days, and not counted", r.Outside)
	}
	if r.Beyond > 0 {
		sh.line("%d suspects were counted, and not judged one by one", r.Beyond)
	}
}

func (v backtestVerb) quieter(sh *shell, r *backtest.Report) {
	if len(r.Quieter) == 0 {
		return
	}
	sh.line("\nWhat would make it quieter, and what it leaves: who is trusted, and what is allowed, is told of no more%s", tried(r))
	for i, q := range r.Quieter {
		if i == 3*v.Top {
			sh.line("  and %d more", len(r.Quieter)-i)
			return
		}
		sh.line("  %s: %s leaves %d of %d", q.Playbook, q.Setting, q.Leaves, q.Of)
	}
}

// tried says on what settings were tried, where it is not everything.
func tried(r *backtest.Report) string {
	if r.QuieterOf == "" {
		return ""
	}
	return " (tried on " + r.QuieterOf + ")"
}

// by prints a table by one thing.
func (v backtestVerb) by(sh *shell, r *backtest.Report, t backtest.Table) {
	if len(t.Rows) == 0 {
		return
	}
	head := []string{strings.ToUpper(t.By), "SUSPECTS", "CASES", "ACT", "ASK", "OBSERVE", "LEFT ALONE"}
	if r.Checked {
		head = append(head, "CONFIRMED", "DISMISSED", "UNKNOWN")
	}
	out := table{head}
	for _, row := range t.Rows[:min(len(t.Rows), v.Top)] {
		cells := []string{show.Plain(row.Name), fmt.Sprint(row.Suspects), fmt.Sprint(row.Cases), blank(row.Act), blank(row.Ask), blank(row.Observe), blank(row.Alone)}
		if r.Checked {
			cells = append(cells, blank(row.Confirmed), blank(row.Dismissed), blank(row.Unknown))
		}
		out = append(out, cells)
	}
	sh.line("")
	sh.table(out)
	rest := 0
	for _, row := range t.Rows[min(len(t.Rows), v.Top):] {
		rest += row.Suspects
	}
	if rest > 0 {
		sh.line("and %d more, with %d suspects", len(t.Rows)-v.Top, rest)
	}
}

// blank is a figure, or nothing.
func blank(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
