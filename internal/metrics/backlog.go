package metrics

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ripostehq/riposte/internal/ledger"
)

// fresh is how long what was read from the ledger is told again: it is shared with the workers, and on DynamoDB
// each reading is paid for.
const fresh = 15 * time.Second

// backlog tells, when it is asked, of the cases that wait in the ledger, whichever replica takes them up.
type backlog struct {
	store ledger.Store
	now   func() time.Time

	cases, paged, halts, age, letters, troubled *prometheus.Desc

	one          sync.Mutex
	read         time.Time
	mark         string // of the record, as open was counted
	open         map[ledger.State]int
	told         int            // of these, people were paged about
	held         map[string]int // halts that are on, by what kind of scope they have
	due          time.Duration  // since when the case waits that waits longest
	lettersRead  time.Time
	owed, failed int // letters
}

func newBacklog(store ledger.Store, now func() time.Time) *backlog {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
	}
	return &backlog{
		store: store, now: now,
		cases:    desc("open_cases", "Open cases in the ledger by state, of all replicas.", "state"),
		paged:    desc("open_paged_cases", "Open cases in the ledger that people were paged about."),
		halts:    desc("halts", "Halts that are on, by what they stop: all, or one account, playbook or class.", "scope"),
		letters:  desc("letters_owed", "Of the newest 1000 letters to people, those that are to be sent, or brought up to date, now or at their time."),
		troubled: desc("letters_troubled", "Of the newest 1000 letters, those that were refused, or whose last attempt failed."),
		age:      desc("due_age_seconds", "How long the case that is due longest has waited for a worker; 0 where none is due."),
	}
}

// scopes are the kinds of a halt's scope. Which account or playbook it is, is no label: its number is not known before.
func scopes() []string { return []string{"all", "account", "playbook", "class"} }

// Describe implements prometheus.Collector.
func (b *backlog) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{b.cases, b.paged, b.halts, b.age, b.letters, b.troubled} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (b *backlog) Collect(out chan<- prometheus.Metric) {
	b.one.Lock()
	defer b.one.Unlock()
	if now := b.now(); now.Sub(b.read) >= fresh || now.Before(b.read) {
		if err := b.refresh(now); err != nil {
			out <- prometheus.NewInvalidMetric(b.cases, err)
			return
		}
		b.read = now
	}
	for _, s := range ledger.States() {
		if s.Open() {
			out <- prometheus.MustNewConstMetric(b.cases, prometheus.GaugeValue, float64(b.open[s]), string(s))
		}
	}
	for _, scope := range scopes() {
		out <- prometheus.MustNewConstMetric(b.halts, prometheus.GaugeValue, float64(b.held[scope]), scope)
	}
	out <- prometheus.MustNewConstMetric(b.paged, prometheus.GaugeValue, float64(b.told))
	out <- prometheus.MustNewConstMetric(b.letters, prometheus.GaugeValue, float64(b.owed))
	out <- prometheus.MustNewConstMetric(b.troubled, prometheus.GaugeValue, float64(b.failed))
	out <- prometheus.MustNewConstMetric(b.age, prometheus.GaugeValue, b.due.Seconds())
}

func (b *backlog) refresh(now time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	mark, err := b.store.Mark(ctx)
	if err != nil {
		return err
	}
	if b.open == nil || mark != b.mark {
		if err := b.count(ctx); err != nil {
			return err
		}
		b.mark = mark // read first: what changed meanwhile is counted the next time
	}
	if err := b.countLetters(ctx, now); err != nil {
		return err
	}
	next, err := b.store.Next(ctx)
	if err != nil {
		return err
	}
	b.due = 0
	if !next.IsZero() {
		b.due = max(0, now.Sub(next))
	}
	return nil
}

func (b *backlog) count(ctx context.Context) error {
	brakes, err := b.store.Brakes(ctx)
	if err != nil {
		return err
	}
	held := map[string]int{}
	for _, on := range brakes {
		kind, _, _ := strings.Cut(on.Scope, ":")
		held[kind]++
	}
	open, told := map[ledger.State]int{}, 0
	for c, err := range ledger.All(ctx, b.store, ledger.Filter{Open: true}) {
		if err != nil {
			return err
		}
		open[c.State]++
		if c.Paged != "" {
			told++
		}
	}
	b.open, b.told, b.held = open, told, held
	return nil
}
