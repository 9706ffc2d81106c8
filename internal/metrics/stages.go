package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
)

func (m *Meter) histograms() {
	options := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}
	}
	fine := []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300}
	coarse := []float64{1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 1800}
	m.stages = prometheus.NewHistogramVec(options("stage_seconds", "Time from one stage of a case to the next.", fine), []string{"stage"})
	m.delivery = prometheus.NewHistogram(options("delivery_seconds",
		"From eventTime, which has a resolution of one second, to receipt: CloudTrail's and EventBridge's part of the time to contain.", coarse))
	m.answer = prometheus.NewHistogram(options("answer_seconds", "From receipt to contained: riposte's part of the time to contain.", fine))
	m.containing = prometheus.NewHistogram(options("time_to_contain_seconds",
		"From eventTime to contained. A containment that was undone is counted again when it is in effect again.", coarse))
	m.canaries = prometheus.NewHistogram(options("canary_seconds", "From the call of a scheduled canary to its receipt.", coarse))
	m.gained = prometheus.NewHistogramVec(options("notice_gained_seconds",
		"How much sooner a service's notice came than the record that names the caller.", coarse), []string{"playbook"})
	m.waited = prometheus.NewHistogramVec(options("queue_age_seconds", "How long a message had waited in its queue when it was taken.",
		[]float64{.05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400}), []string{"source"})
	m.registry.MustRegister(m.stages, m.delivery, m.answer, m.containing, m.canaries, m.gained, m.waited)
}

// Progressed counts states, and measures the stages that were reached: see engine.Meter.
func (m *Meter) Progressed(c *ledger.Case, was engine.Progress) {
	if was.State != c.State {
		m.states.WithLabelValues(m.label(c.Playbook), string(c.State)).Inc()
		if c.Paged != "" {
			m.paged.WithLabelValues(m.label(c.Playbook)).Inc()
		}
	}
	if c.Origin.Sweep != "" {
		return // nothing happened that was delivered or contained: its times are days
	}
	if was.State == ledger.Suspected && c.State != ledger.Suspected {
		observe(m.delivery, c.Times.Occurred, c.Times.Received)
	}
	for _, stage := range []struct {
		name            string
		was, now, since time.Time
	}{
		{"received_decided", was.Times.Decided, c.Times.Decided, c.Times.Received},
		{"decided_first_change", was.Times.FirstChange, c.Times.FirstChange, c.Times.Decided},
		{"first_change_contained", was.Times.Contained, c.Times.Contained, c.Times.FirstChange},
		{"contained_verified", was.Times.Verified, c.Times.Verified, c.Times.Contained},
	} {
		if !stage.now.Equal(stage.was) {
			observe(m.stages.WithLabelValues(stage.name), stage.since, stage.now)
		}
	}
	if now := c.Times.Contained; !now.Equal(was.Times.Contained) {
		observe(m.containing, c.Times.Occurred, now)
		observe(m.answer, c.Times.Received, now)
	}
}

// observe measures nothing where one end was not reached. A clock of AWS that goes before ours makes no negative time.
func observe(h prometheus.Observer, from, to time.Time) {
	if !from.IsZero() && !to.IsZero() {
		h.Observe(max(0, to.Sub(from).Seconds()))
	}
}
