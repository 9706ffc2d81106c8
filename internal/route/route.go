// Package route says which playbooks want to see a record: a table compiled from their triggers.
package route

import "github.com/ripostehq/riposte/playbook"

// Table leads from a call, or a service's notice, to playbooks. It is made once and only read after.
type Table struct {
	byName map[string][]target
}

// target is who wants a call of one name when it comes from this source.
type target struct {
	source    string
	playbooks []int
}

// New compiles the triggers of a catalogue. What leads to a playbook is its place in the list.
func New(catalogue []playbook.Definition) *Table {
	t := &Table{byName: map[string][]target{}}
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

// Match is Lookup for a call that was decoded.
func (t *Table) Match(source, name string) []int { return t.Lookup([]byte(source), []byte(name)) }
