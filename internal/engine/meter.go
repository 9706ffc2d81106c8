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
	// Moved: the case was committed in another state or at another stage than before.
	Moved(c *ledger.Case, was Stand)
	// Stopped: a turn ended in an error, or a report could not be sent.
	Stopped(playbook string, err error)
}

// Stand is how far a case is.
type Stand struct {
	State ledger.State
	Times ledger.Times
}

func standing(c *ledger.Case) Stand { return Stand{c.State, c.Times} }

// unmetered counts nothing.
type unmetered struct{}

func (unmetered) Admitted([]ledger.Admission) {}
func (unmetered) Judged(string, gate.Verdict) {}
func (unmetered) Acted(string, error)         {}
func (unmetered) Moved(*ledger.Case, Stand)   {}
func (unmetered) Stopped(string, error)       {}
