package playbook

import (
	"slices"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Trigger says which events a playbook wants to see. It is data: it compiles to the route table, to the EventBridge pattern of a
// deployment, and to the docs. The kinds of triggers are those of this file.
type Trigger interface {
	// routed returns the calls that lead to the playbook when they are recorded.
	routed() []call.ID
	// fires reports whether one of these records may start it.
	fires(event.Event) bool
}

// Calls are a trigger by what was called.
type Calls struct {
	IDs    []call.ID
	Failed bool     // calls that AWS refused, too
	ByAWS  bool     // what AWS's services call in a principal's place, too
	Silent bool     // it starts nothing: Observes reads the record
	People *Persons // of these alone; nil: of anybody
}

// Call fires on calls that succeeded and that AWS did not make itself.
func Call(ids ...call.ID) Calls { return Calls{IDs: ids} }

// AlsoFailed fires on calls that AWS refused, too: an attempt is a sign.
func (c Calls) AlsoFailed() Calls { c.Failed = true; return c }

// AlsoByAWS fires on the calls of AWS's own services, too: a group that launches is Auto Scaling's call.
func (c Calls) AlsoByAWS() Calls { c.ByAWS = true; return c }

// Observed are calls that start nothing; their records show what a later check must know (Spec.Observes).
func Observed(ids ...call.ID) Calls { return Calls{IDs: ids, Silent: true} }

func (c Calls) routed() []call.ID { return c.IDs }

func (c Calls) fires(e event.Event) bool {
	switch {
	case c.Silent, e.Failed() && !c.Failed, e.Actor.ByAWS() && !c.ByAWS:
		return false
	case c.People != nil && (e.Actor.InvokedBy != "" || !c.People.Has(e.Actor)):
		return false // what a service calls on a person's behalf came by a template, a schedule, a group
	}
	return slices.Contains(c.IDs, call.OfEvent(e))
}

// Calls returns those that lead to the playbook when they are recorded, in the order of its triggers.
func (d Definition) Calls() []call.ID {
	var all []call.ID
	for _, t := range d.On {
		for _, id := range t.routed() {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all
}

// fires reports whether a record may start the playbook.
func (d Definition) fires(e event.Event) bool {
	return slices.ContainsFunc(d.On, func(t Trigger) bool { return t.fires(e) })
}
