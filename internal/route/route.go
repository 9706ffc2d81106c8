// Package route says which playbooks want to see a record: a table compiled from their triggers.
package route

import (
	"slices"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Table leads from a call, a service's notice or a caller to playbooks. It is made once and only read after.
type Table struct {
	byName  map[string][]target
	callers callers
}

// target is who wants a call of one name when it comes from this source.
type target struct {
	source    string
	playbooks []int
}

// New compiles the triggers of a catalogue. What leads to a playbook is its place in the list.
func New(catalogue []playbook.Definition) *Table {
	t := &Table{byName: map[string][]target{}, callers: callersOf(catalogue)}
	for i, d := range catalogue {
		for _, heard := range d.Hears() {
			for _, name := range heard.Names {
				t.add(heard.Source, name, i)
			}
		}
	}
	return t
}

func (t *Table) add(source, name string, playbook int) {
	targets := t.byName[name]
	for i, have := range targets {
		if have.source != source {
			continue
		}
		if last := have.playbooks[len(have.playbooks)-1]; last != playbook {
			targets[i].playbooks = append(have.playbooks, playbook)
		}
		return
	}
	t.byName[name] = append(targets, target{source, []int{playbook}})
}

// Lookup is who wants a call, as the scan saw it: places in the catalogue, in order. It allocates nothing.
func (t *Table) Lookup(source, name []byte) []int {
	for _, to := range t.byName[string(name)] {
		if to.source == string(source) {
			return to.playbooks
		}
	}
	return nil
}

// Wants says how far a record may lead to a playbook: by its source and name, else by its caller. It allocates nothing. It may want a
// record that Match leads nowhere, never the other way round.
func (t *Table) Wants(r Record) Want {
	if t.Lookup(r.Source, r.Name) != nil {
		return Each
	}
	return t.callers.want(r)
}

// Match is who wants an event that was decoded: places in the catalogue, in order.
func (t *Table) Match(e event.Event) []int {
	called := t.Lookup([]byte(e.Source), []byte(e.Name))
	by := t.callers.of(e)
	if len(by) == 0 {
		return called
	}
	all := append(by, called...)
	slices.Sort(all)
	return slices.Compact(all)
}
