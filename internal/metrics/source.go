package metrics

import (
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/source"
)

var _ source.Meter = (*Meter)(nil)

// Received counts a message.
func (m *Meter) Received(from string) { m.events.WithLabelValues(from).Inc() }

// Foreign counts what holds no record; kinds are a fixed list, whatever a message calls itself.
func (m *Meter) Foreign(kind string) {
	if !slices.Contains(event.Labels(), kind) {
		kind = event.AnythingElse
	}
	m.foreign.WithLabelValues(kind).Inc()
}

// Malformed counts a message of which some can't be read.
func (m *Meter) Malformed(from string) { m.malformed.WithLabelValues(from).Inc() }

// Refused counts a message that was turned away unread.
func (m *Meter) Refused(from, why string) { m.refused.WithLabelValues(from, why).Inc() }

// Failed counts what will come again.
func (m *Meter) Failed(from string) { m.sourceErrors.WithLabelValues(from).Inc() }

// Again counts a message that had been delivered before.
func (m *Meter) Again(from string) { m.again.WithLabelValues(from).Inc() }

// Waited measures how long a message had waited.
func (m *Meter) Waited(from string, d time.Duration) {
	m.waited.WithLabelValues(from).Observe(max(0, d.Seconds()))
}

// Reconciled counts what a best-effort source did not bring.
func (m *Meter) Reconciled(from string, suspects int) {
	m.reconciled.WithLabelValues(from).Add(float64(suspects))
}
