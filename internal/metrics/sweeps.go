package metrics

import (
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/sweep"
)

// SweepCalled counts a call of a sweep: see sweep.Meter.
func (m *Meter) SweepCalled(service, outcome string) {
	m.sweepCalls.WithLabelValues(service, outcome).Inc()
}

// SweepReconciled counts what an event should have brought.
func (m *Meter) SweepReconciled(n int) { m.Count(source.CountReconciled, n, "sweep") }

// SweepsStand notes how far the last listings reach.
func (m *Meter) SweepsStand(s sweep.Standing) {
	for kind, n := range s.Listed {
		m.listed.WithLabelValues(event.Noun(kind)).Set(float64(n))
		m.listedSuspects.WithLabelValues(event.Noun(kind)).Set(float64(s.Suspects[kind]))
	}
	m.coverageAge.Set(s.Oldest.Seconds())
	m.coverageFailed.Set(float64(len(s.Failed)))
}
