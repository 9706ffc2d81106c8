package backtest

import (
	"fmt"

	"github.com/ripostehq/riposte/internal/app"
)

// Report is what a backtest says. Its lists are bounded, whatever the history holds.
type Report struct {
	From         string            `json:"from,omitempty"` // 2006-01-02, the window that was asked for, or what the log files' names cover
	To           string            `json:"to,omitempty"`
	Days         int               `json:"days"` // of which there are log files; 0 where no name tells
	EventsPerDay float64           `json:"events_per_day"`
	Accounts     int               `json:"accounts"` // that wrote log files
	Summary      app.ReplaySummary `json:"summary"`
	Checked      bool              `json:"checked"` // the present was asked
	Suspects     int               `json:"suspects"`
	Beyond       int               `json:"not_judged,omitempty"` // suspects that were counted, and not looked at one by one
	Outside      int               `json:"outside,omitempty"`    // suspects of calls before or after the window, which are not counted
	Answers      []Answer          `json:"answers"`
	AnswersOf    string            `json:"answers_of,omitempty"` // "the first 20,000 of 31,000 suspects", where not all were looked at
	QuieterOf    string            `json:"quieter_of,omitempty"` // likewise
	Tables       []Table           `json:"tables"`
	Quieter      []Quieter         `json:"quieter"`
	Calendar     []Day             `json:"calendar,omitempty"`
	Gaps         []Gap             `json:"gaps,omitempty"`
	Unreadable   int64             `json:"unreadable,omitempty"`
	Unread       []string          `json:"unread,omitempty"` // the first of them
	Unknown      []Trouble         `json:"unknown,omitempty"`
}

// looked says how many suspects were looked at one by one, where it is not all of them; "" else.
func (r *Report) looked() string {
	if r.Beyond == 0 {
		return ""
	}
	return fmt.Sprintf("the first %s of %s suspects", Figure(int64(r.Suspects-r.Beyond)), Figure(int64(r.Suspects)))
}

func (b *backtest) report(summary app.ReplaySummary) *Report {
	r := &Report{
		Summary: summary, Days: len(b.days.all), EventsPerDay: b.days.eventsADay(summary.Wanted), Accounts: len(b.days.accounts), Checked: b.Present != nil,
		Beyond: b.beyond, Outside: b.outside, Suspects: len(b.kept) + b.beyond, Calendar: b.days.list(b.From, b.To), Gaps: b.days.gaps(b.From, b.To),
		Unreadable: summary.Malformed, Unread: b.files, Unknown: b.troubles.list(), Quieter: []Quieter{},
	}
	if r.Answers = b.answers.list(); r.Checked {
		r.Answers, r.AnswersOf = b.confirmed(), r.looked()
	}
	r.QuieterOf = r.looked()
	if n := len(r.Calendar); n > 0 {
		r.From, r.To = r.Calendar[0].Day, r.Calendar[n-1].Day
	}
	for _, by := range tableNames() {
		r.Tables = append(r.Tables, b.tables.table(by))
	}
	return r
}
