package metrics

import (
	"context"
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
	store      ledger.Store
	now        func() time.Time
	cases, age *prometheus.Desc

	one  sync.Mutex
	read time.Time
	open map[ledger.State]int
	due  time.Duration // since when the case waits that waits longest
}

// Describe implements prometheus.Collector.
func (b *backlog) Describe(out chan<- *prometheus.Desc) { out <- b.cases; out <- b.age }

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
	out <- prometheus.MustNewConstMetric(b.age, prometheus.GaugeValue, b.due.Seconds())
}

func (b *backlog) refresh(now time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	open := map[ledger.State]int{}
	for c, err := range ledger.All(ctx, b.store, ledger.Filter{Open: true}) {
		if err != nil {
			return err
		}
		open[c.State]++
	}
	next, err := b.store.Next(ctx)
	if err != nil {
		return err
	}
	b.open, b.due = open, 0
	if !next.IsZero() {
		b.due = max(0, now.Sub(next))
	}
	return nil
}
