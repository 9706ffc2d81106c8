// Package metrics counts what sources and engine do, for Prometheus. No label comes from an event: a caller who can
// cause events can raise numbers, and never the number of series.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
)

// Options are what the figures are about.
type Options struct {
	Version   string
	Playbooks []string // ids of the catalogue: any other is counted as "other"
	Kinds     []action.Kind
	Store     ledger.Store
	Now       func() time.Time
}

// Meter is the figures of one process: an engine.Meter, a source.Meter and a desk.Meter.
type Meter struct {
	registry *prometheus.Registry
	known    map[string]bool // playbooks and kinds of actions

	sources        map[source.Figure]*prometheus.CounterVec
	foreign        *prometheus.CounterVec
	waited, gained *prometheus.HistogramVec

	calls, suspects, verdicts, actions, errors, states, paged, letters, clicks *prometheus.CounterVec
	ledgerErrors, reloads, outside, nobody                                     prometheus.Counter
	reloadFailed, loaded, canariesMissing, coverageAge, coverageFailed         prometheus.Gauge

	sweepCalls             *prometheus.CounterVec
	listed, listedSuspects *prometheus.GaugeVec

	stages                                 *prometheus.HistogramVec
	delivery, answer, containing, canaries prometheus.Histogram
}

// New makes the figures, all of them in a registry of their own.
func New(o Options) *Meter {
	m := &Meter{registry: prometheus.NewRegistry(), known: map[string]bool{}}
	for _, id := range o.Playbooks {
		m.known[id] = true
	}
	for _, k := range o.Kinds {
		m.known[k.Name] = true
	}
	m.counters(o)
	m.histograms()
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Store != nil {
		m.registry.MustRegister(newBacklog(o.Store, o.Now))
	}
	return m
}

// Handler serves /metrics. What can't be had, as while the ledger is away, is left out.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 2, Timeout: 10 * time.Second, ErrorHandling: promhttp.ContinueOnError,
	})
}

// label returns a name of riposte's own, or "other".
func (m *Meter) label(name string) string {
	if m.known[name] {
		return name
	}
	return "other"
}

// Unreachable gives the figure of places that riposte does not get into: asked for with each scrape.
func (m *Meter) Unreachable(count func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "unreachable", Help: "Accounts and regions that riposte does not get into at present, by role.",
	}, func() float64 { return float64(count()) }))
}

// CanaryArrived measures a scheduled canary, from the call to its receipt: see canary.Meter.
func (m *Meter) CanaryArrived(took time.Duration) { m.canaries.Observe(took.Seconds()) }

// CanariesMissing notes from how many places the last one has not come.
func (m *Meter) CanariesMissing(places int) { m.canariesMissing.Set(float64(places)) }

// LedgerFailed counts an error of the ledger outside any case.
func (m *Meter) LedgerFailed() { m.ledgerErrors.Inc() }

// Loaded notes that a configuration came into effect.
func (m *Meter) Loaded(at time.Time) {
	m.loaded.Set(float64(at.Unix()))
	m.reloadFailed.Set(0)
}

// ReloadFailed notes that the configuration on disk is not the one in effect.
func (m *Meter) ReloadFailed() {
	m.reloads.Inc()
	m.reloadFailed.Set(1)
}
