package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// careless are parameters that do nothing in this organisation, and those of playbooks that act which a person should have thought of, both by what
// the playbook itself says.
func (k checker) careless() {
	facts := k.c.Facts()
	for _, p := range k.c.Playbooks {
		void := map[string]bool{}
		if v, ok := k.c.params[p.ID].(interface {
			Idle(o playbook.Organization) []playbook.Wrong
		}); ok {
			for _, w := range v.Idle(facts) {
				void[fmt.Sprint(w.Path)] = true
				k.warn(k.parameter(p.ID, w), "%s: %s", p.ID, w.Text)
			}
		}
		for _, w := range p.Unwise {
			if !void[fmt.Sprint(w.Path)] && !k.c.Boldest(p.ID).Less(Act) {
				k.warn(k.parameter(p.ID, w), "%s acts: %s", p.ID, w.Text)
			}
		}
	}
}

// parameter is where one stands, or else its playbook.
func (k checker) parameter(id string, w playbook.Wrong) strict.Node {
	if params := k.at("playbooks", id, "params"); params.Present() {
		return params.At(w.Path...)
	}
	return k.at("playbooks", id)
}

// unlisted is where accounts that the file does not list are strangers: without discovery nothing else says which are the organisation's.
func (k checker) unlisted() {
	if k.c.Organization.Discover {
		return
	}
	var follows []string
	for _, p := range k.bold(Ask) {
		if v, ok := k.c.params[p.ID].(interface{ Strangers() string }); ok && !slices.Contains(follows, v.Strangers()) {
			follows = append(follows, v.Strangers())
		}
	}
	if len(follows) > 0 {
		k.warn(k.at("organization", "accounts"), "accounts that are not listed count as strangers: %s; list all of the organisation's, or set organization.discover", strings.Join(follows, ", "))
	}
}

// strangers is where playbooks about people are looked for or told to act, and the file knows no people.
func (k checker) strangers() {
	var blind []string
	for _, p := range k.c.Playbooks {
		about, ok := k.c.params[p.ID].(interface{ OfPersons() (users bool) })
		_, said := k.said("playbooks", p.ID)
		if ok && !about.OfPersons() && len(k.c.People.Issuers) == 0 && (said || !k.c.Boldest(p.ID).Less(Ask)) {
			blind = append(blind, p.ID)
		}
	}
	if len(blind) > 0 {
		k.warn(k.at("people"), "nobody but the root user is a person to %s: name people.issuers, the roles that people sign in for", strings.Join(blind, ", "))
	}
}
