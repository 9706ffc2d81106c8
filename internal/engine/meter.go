package engine

import (
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Meter is told what the engine does, for figures. It is called from the goroutine that works and must not block.
type Meter interface {
	// Called: a change succeeded, which was made so. A record that is delivered twice is told twice.
	Called(by event.Method)
	// Admitted: suspects were stored.
	Admitted(ads []ledger.Admission)
	// Judged: the gate gave a verdict on one step.
	Judged(playbook string, v gate.Verdict)
	// Acted: a change was sent; err is what AWS answered.
	Acted(kind string, err error)
	// Progressed: the case was committed in another state or at another stage than before.
	Progressed(c *ledger.Case, was Progress)
	// Named: the record came of what a notice had told, so much later.
	Named(playbook string, gained time.Duration)
	// Stopped: an attempt ended in an error, or a report could not be sent.
	Stopped(playbook string, err error)
}

// Progress is how far a case is.
type Progress struct {
	State ledger.State
	Times ledger.Times
}

// unmetered counts nothing.
type unmetered struct{}

func (unmetered) Called(event.Method) {}

func (unmetered) Admitted([]ledger.Admission) {}

func (unmetered) Judged(string, gate.Verdict) {}

func (unmetered) Acted(string, error) {}

func (unmetered) Progressed(*ledger.Case, Progress) {}

func (unmetered) Named(string, time.Duration) {}

func (unmetered) Stopped(string, error) {}
