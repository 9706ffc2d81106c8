package metrics

import (
	"errors"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

var _ engine.Meter = (*Meter)(nil)

// Called counts a change by how it was made.
func (m *Meter) Called(by event.Method) {
	m.calls.WithLabelValues(string(by)).Inc()
}

// Admitted counts suspects.
func (m *Meter) Admitted(ads []ledger.Admission) {
	for _, a := range ads {
		m.suspects.WithLabelValues(a.How).Inc()
	}
}

// Judged counts a verdict.
func (m *Meter) Judged(playbook string, v gate.Verdict) {
	m.verdicts.WithLabelValues(m.label(playbook), string(v.Do), v.Rule).Inc()
}

// Acted counts a change by what AWS answered.
func (m *Meter) Acted(kind string, err error) {
	outcome := "done"
	switch {
	case errors.Is(err, action.ErrCannot):
		outcome = "refused"
	case err != nil:
		outcome = "error"
	}
	m.actions.WithLabelValues(m.label(kind), outcome).Inc()
}

// Named measures how much sooner a notice came than the record that names the caller.
func (m *Meter) Named(playbook string, gained time.Duration) {
	m.gained.WithLabelValues(m.label(playbook)).Observe(gained.Seconds())
}

// Stopped counts an error.
func (m *Meter) Stopped(playbook string, _ error) { m.errors.WithLabelValues(m.label(playbook)).Inc() }
