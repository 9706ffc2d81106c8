package engine

import (
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Meter is told what the engine does, for figures. It is called from the goroutine that works and must not block.
type Meter interface {
	// Admitted: suspects were stored.
	Admitted(ads []ledger.Admission)
	// Judged: the gate gave a verdict on one step.
	Judged(playbook string, v gate.Verdict)
	// Acted: a change was sent; err is what AWS answered.
	Acted(kind string, err error)
	// Moved: the case came to another state, which will be committed next; its Times are those of the stages so far.
	Moved(c *ledger.Case)
	// Stopped: a turn ended in an error, or a report could not be sent.
	Stopped(playbook string, err error)
}

// unmetered counts nothing.
type unmetered struct{}

func (unmetered) Admitted([]ledger.Admission) {}
func (unmetered) Judged(string, gate.Verdict) {}
func (unmetered) Acted(string, error)         {}
func (unmetered) Moved(*ledger.Case)          {}
func (unmetered) Stopped(string, error)       {}
