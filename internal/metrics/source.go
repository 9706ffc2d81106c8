package metrics

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source"
)

var _ source.Meter = (*Meter)(nil)

// Count counts what a source tells.
func (m *Meter) Count(what source.Figure, n int, from string, why ...string) {
	m.sources[what].WithLabelValues(append([]string{from}, why...)...).Add(float64(n))
}

// Foreign counts what holds no record; kinds are a fixed list, whatever a message calls itself.
func (m *Meter) Foreign(kind string) {
	if !slices.Contains(event.Labels(), kind) {
		kind = event.AnythingElse
	}
	m.foreign.WithLabelValues(kind).Inc()
}

// Waited measures how long a message had waited.
func (m *Meter) Waited(from string, d time.Duration) {
	m.waited.WithLabelValues(from).Observe(max(0, d.Seconds()))
}
