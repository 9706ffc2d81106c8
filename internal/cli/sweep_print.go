package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/playbook"
)

// sweepSummary is the last object of a sweep.
type sweepSummary struct {
	Accounts  int            `json:"accounts"`
	Places    int            `json:"places"`
	Complete  int            `json:"complete"` // listings that were read to their end
	Failed    int            `json:"failed"`   // listings, and accounts, that were not
	Listed    int            `json:"listed"`
	Suspects  int            `json:"suspects"`
	Begun     int            `json:"begun"`
	Broken    int            `json:"broken"`
	Waiting   int            `json:"waiting"` // of those that failed: left for tomorrow
	Calls     int            `json:"calls"`
	Throttled int            `json:"throttled"`
	Monthly   float64        `json:"monthly"` // dollars, of suspects whose price is known
	Seconds   float64        `json:"seconds"`
	Recorded  bool           `json:"recorded"` // whether the ledger keeps it
	Missed    []sweepMissing `json:"missed,omitempty"`
}

// sweepMissing is what could not be listed.
type sweepMissing struct {
	Account string `json:"account"`
	Region  string `json:"region,omitempty"`
	Type    string `json:"type,omitempty"` // "": nothing of it
	Why     string `json:"why"`
}

// sweepShown gathers what a sweep finds, and prints it in an order that does not depend on which place was first.
type sweepShown struct {
	sh       *shell
	config   *config.Config
	books    map[string]playbook.Playbook
	playbook string // that was asked for; "": all
	bar      *bar
	started  time.Time

	mu    sync.Mutex
	lines []sweepLine
	sum   sweepSummary
	done  int
}

func newSweepShown(sh *shell, c *config.Config, of string, accounts int) *sweepShown {
	s := &sweepShown{sh: sh, config: c, playbook: of, books: map[string]playbook.Playbook{}, bar: &bar{sh: sh, started: sh.now()}, started: sh.now()}
	s.sum.Accounts = accounts
	for _, b := range c.Playbooks {
		s.books[b.ID] = b
	}
	return s
}

// Places is sweep.Watcher's.
func (s *sweepShown) Places(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum.Places += n
}

// Page is sweep.Watcher's.
func (s *sweepShown) Page(_ event.Place, _ string, items int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum.Listed += items
	s.draw()
}

// Done is sweep.Watcher's.
func (s *sweepShown) Done(event.Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.draw()
}

// Listed is sweep.Watcher's.
func (s *sweepShown) Listed(c ledger.Coverage, found []sweep.Found) {
	now := s.sh.now()
	var lines []sweepLine
	for _, f := range found {
		if s.playbook != "" && f.Suspect.Playbook != s.playbook {
			continue // listed for another, of which nobody asked
		}
		lines = append(lines, lineOf(s.config, s.books, f, now))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, lines...)
	s.sum.Begun, s.sum.Broken = s.sum.Begun+c.Begun, s.sum.Broken+c.Broken
	s.sum.Throttled += c.Throttled
	if c.Error == "" {
		s.sum.Complete++
		return
	}
	s.miss(c.Place, event.Noun(c.Kind), c.Error)
	if c.Error == sweep.ErrThrottled.Error() || c.Error == sweep.ErrSpent.Error() {
		s.sum.Waiting++
	}
}

func (s *sweepShown) miss(at event.Place, kind, why string) {
	s.sum.Failed++
	s.sum.Missed = append(s.sum.Missed, sweepMissing{at.Account, at.Region, kind, why})
}

// ended notes a duty that the ledger has.
func (s *sweepShown) ended(d ledger.Duty) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum.Recorded = true
	s.account(d)
}

// looked notes an account that was listed beside the ledger.
func (s *sweepShown) looked(d ledger.Duty) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(d)
}

// account notes what a duty says: calls, and an account of which nothing was listed. Its listings were told one by one.
func (s *sweepShown) account(d ledger.Duty) {
	s.sum.Calls += d.Calls
	if d.Error != "" && !slices.ContainsFunc(s.sum.Missed, func(m sweepMissing) bool { return m.Account == d.Account }) {
		s.miss(event.Place{Account: d.Account}, "", d.Error)
	}
}

// draw is called with the lock held.
func (s *sweepShown) draw() {
	rate := float64(s.sum.Listed) / max(1, s.sh.now().Sub(s.started).Seconds())
	s.bar.looked(fmt.Sprintf("places  %s resources  %s/s%s", grouped(float64(s.sum.Listed)), grouped(rate), s.left()), s.done, s.sum.Places)
}

func (s *sweepShown) left() string {
	if s.done == 0 || s.done >= s.sum.Places {
		return ""
	}
	took := s.sh.now().Sub(s.started)
	return "  " + (took / time.Duration(s.done) * time.Duration(s.sum.Places-s.done)).Round(time.Second).String() + " left"
}

// print tells all, and ends with exit code 1 where anything could not be listed.
func (s *sweepShown) print(by string) error {
	sortLines(s.lines)
	slices.SortFunc(s.sum.Missed, func(a, b sweepMissing) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.Type, b.Type))
	})
	s.sum.Suspects, s.sum.Seconds = len(s.lines), s.sh.now().Sub(s.started).Seconds()
	for _, l := range s.lines {
		if l.Monthly != nil {
			s.sum.Monthly += *l.Monthly
		}
	}
	if by != "" {
		s.sh.sweptBy(by, s.lines)
	} else {
		s.sh.sweepLines(s.lines)
	}
	s.sh.sweepSum(s.sum)
	if s.sum.Failed > 0 {
		return silent(exitFailed)
	}
	return nil
}

func (sh *shell) sweepLines(all []sweepLine) {
	now := sh.now()
	for _, l := range all {
		if sh.json() {
			sh.object(l)
			continue
		}
		for _, text := range l.text(now) {
			sh.line("%s", text)
		}
	}
}

func (sh *shell) sweepSum(sum sweepSummary) {
	if sh.json() {
		sh.object(map[string]sweepSummary{"summary": sum})
		return
	}
	for _, m := range sum.Missed {
		what := strings.TrimSpace(m.Account + " " + m.Region)
		if m.Type != "" {
			what += ", " + m.Type
		}
		sh.remark("not listed: %s: %s", what, m.Why)
	}
	sh.remark("%s listed in %s of %s, %d suspects (%d new, %d gone since), %.2f $ a month at list price; %s, %d listings not read to their end",
		counted(sum.Listed, "resource"), counted(sum.Places, "place"), counted(sum.Accounts, "account"), sum.Suspects, sum.Begun, sum.Broken, sum.Monthly,
		counted(sum.Calls, "call"), sum.Failed)
	if !sum.Recorded {
		sh.remark("the ledger keeps nothing of it: without a configuration or a ledger, of a part of an account, and a second time on a day, riposte only looks")
	}
}

// sweepTally is how many suspects have something in common.
type sweepTally struct {
	By       string  `json:"by"`
	Value    string  `json:"value"`
	Suspects int     `json:"suspects"`
	Share    float64 `json:"share"` // of all suspects
	Monthly  float64 `json:"monthly"`
	Unpriced int     `json:"unpriced"`
}

// sweptBy counts suspects by a key, the most first.
func (sh *shell) sweptBy(key string, all []sweepLine) {
	by := map[string]*sweepTally{}
	for _, l := range all {
		value := map[string]string{"owner": l.Owner, "account": l.Account, "playbook": l.Playbook, "method": l.Method}[key]
		one, ok := by[value]
		if !ok {
			one = &sweepTally{By: key, Value: value}
			by[value] = one
		}
		one.Suspects++
		if one.Share = float64(one.Suspects) / float64(len(all)); l.Monthly != nil {
			one.Monthly += *l.Monthly
		} else {
			one.Unpriced++
		}
	}
	t := table{{strings.ToUpper(key), "SUSPECTS", "SHARE", "$ A MONTH", "PRICE UNKNOWN"}}
	for _, one := range slices.SortedFunc(maps.Values(by), func(a, b *sweepTally) int { return cmp.Or(b.Suspects-a.Suspects, strings.Compare(a.Value, b.Value)) }) {
		if sh.json() {
			sh.object(one)
			continue
		}
		t = append(t, []string{cmp.Or(plain([]any{one.Value})[0].(string), "-"), fmt.Sprint(one.Suspects), fmt.Sprintf("%.0f %%", 100*one.Share), fmt.Sprintf("%.2f", one.Monthly), fmt.Sprint(one.Unpriced)})
	}
	sh.table(t)
}
