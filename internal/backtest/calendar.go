package backtest

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/source/s3"
)

// calendar is what each day brought, by the names of the log files and by the suspects.
type calendar struct {
	all      map[string]bool            // days of which there is a log file, as 2006-01-02
	accounts map[string]map[string]bool // the same by account
	suspects map[string]int
}

var ofAccount = regexp.MustCompile(`([0-9]{12})_CloudTrail_[a-z0-9-]+_[0-9]{8}T`)

// mostAccounts bounds the accounts whose days are kept: an organisation has at most some ten thousand.
const mostAccounts = 20_000

// file notes a log file; one whose name does not say when it was delivered is of no day. It reports whether it is of a window; the zero
// window takes all.
func (c *calendar) file(path string, from, to time.Time) bool {
	at, ok := s3.Delivered(path)
	found := ofAccount.FindStringSubmatch(path)
	if !ok || found == nil {
		return true
	}
	if !from.IsZero() && (at.Before(from) || at.After(to)) {
		return false
	}
	if c.all == nil {
		c.all, c.accounts = map[string]bool{}, map[string]map[string]bool{}
	}
	day := at.Format(time.DateOnly)
	c.all[day] = true
	if c.accounts[found[1]] == nil && len(c.accounts) < mostAccounts {
		c.accounts[found[1]] = map[string]bool{}
	}
	if days := c.accounts[found[1]]; days != nil {
		days[day] = true
	}
	return true
}

func (c *calendar) suspect(at time.Time) {
	if c.suspects == nil {
		c.suspects = map[string]int{}
	}
	c.suspects[at.UTC().Format(time.DateOnly)]++
}

// Gap is days in a row of which there is no log file: of the whole trail, or of one account that has some before and after.
type Gap struct {
	Account string `json:"account,omitempty"` // "" is the whole trail
	From    string `json:"from"`              // 2006-01-02
	To      string `json:"to"`                // the same day, or a later one
}

// String is the gap for people.
func (g Gap) String() string {
	text := g.From
	if g.To != g.From {
		text += " to " + g.To
	}
	if g.Account != "" {
		return g.Account + ": " + text
	}
	return text
}

// gaps are those of the trail, then those of accounts on days that the trail has. Where nothing is named as a log file it is not known.
func (c *calendar) gaps(from, to time.Time) (out []Gap) {
	if len(c.all) == 0 {
		return nil
	}
	days := slices.Sorted(maps.Keys(c.all))
	first, last := days[0], days[len(days)-1]
	if !from.IsZero() {
		first, last = from.UTC().Format(time.DateOnly), to.UTC().Format(time.DateOnly)
	}
	out = missing("", first, last, func(day string) bool { return c.all[day] })
	for _, account := range slices.Sorted(maps.Keys(c.accounts)) {
		own := c.accounts[account]
		days := slices.Sorted(maps.Keys(own))
		out = append(out, missing(account, days[0], days[len(days)-1], func(day string) bool { return own[day] || !c.all[day] })...)
	}
	return out
}

func missing(account, first, last string, has func(string) bool) (out []Gap) {
	at, err := time.Parse(time.DateOnly, first)
	for n := 0; err == nil && at.Format(time.DateOnly) <= last && n < 4000; n++ {
		day := at.Format(time.DateOnly)
		at = at.AddDate(0, 0, 1)
		before := len(out) > 0 && out[len(out)-1].To == at.AddDate(0, 0, -2).Format(time.DateOnly)
		switch {
		case has(day):
		case before:
			out[len(out)-1].To = day
		default:
			out = append(out, Gap{account, day, day})
		}
	}
	return out
}

// Day is one day of the history.
type Day struct {
	Day      string `json:"day"`
	Suspects int    `json:"suspects"`
	Missing  bool   `json:"missing,omitempty"` // there is no log file of it
}

// list is every day from the first to the last that is known of.
func (c *calendar) list(from, to time.Time) (out []Day) {
	known := slices.AppendSeq(slices.Collect(maps.Keys(c.all)), maps.Keys(c.suspects))
	if !from.IsZero() {
		known = append(known, from.UTC().Format(time.DateOnly), to.UTC().Format(time.DateOnly))
	}
	slices.Sort(known)
	if len(known) == 0 {
		return nil
	}
	at, err := time.Parse(time.DateOnly, known[0])
	for err == nil && at.Format(time.DateOnly) <= known[len(known)-1] && len(out) < 4000 {
		day := at.Format(time.DateOnly)
		out = append(out, Day{day, c.suspects[day], len(c.all) > 0 && !c.all[day]})
		at = at.AddDate(0, 0, 1)
	}
	return out
}

// eventsADay is what riposte's rules would have delivered on a day, on average over the days that there are log files of, rounded up; 0 where no name
// tells of days.
func (c *calendar) eventsADay(wanted int64) float64 {
	if len(c.all) == 0 {
		return 0
	}
	return math.Ceil(float64(wanted) / float64(len(c.all)))
}
