package route

import (
	"bytes"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// callers leads from who called to playbooks.
type callers struct {
	triggers  []trigger
	instances bool            // some want the sessions of instances
	names     map[string]bool // keys, ids, and the last part of ARNs
}

// trigger is one of a playbook's, by its place in the catalogue.
type trigger struct {
	playbook int
	playbook.Callers
}

func callersOf(catalogue []playbook.Definition) callers {
	c := callers{names: map[string]bool{}}
	for i, d := range catalogue {
		for _, t := range d.Callers() {
			c.triggers = append(c.triggers, trigger{i, t})
			c.instances = c.instances || t.Instances
			for _, name := range t.Named {
				c.names[name[strings.LastIndexAny(name, "/:")+1:]] = true
			}
		}
	}
	return c
}

// may reports, from the bytes of a userIdentity, whether it may be one of the callers. What a caller is known by stands in an ARN
// or id behind a slash or colon, or in a value of its own, and holds none of these; an escape may spell anything.
func (c *callers) may(caller []byte) bool {
	switch {
	case len(c.triggers) == 0:
		return false
	case c.instances && looksLikeInstance(caller), bytes.IndexByte(caller, '\\') >= 0:
		return true
	case len(c.names) == 0:
		return false
	}
	from := 0
	for i, b := range caller {
		switch b {
		case '"', '/', ':':
			if from < i && c.names[string(caller[from:i])] {
				return true
			}
			from = i + 1
		}
	}
	return false
}

// looksLikeInstance reports whether some part of a caller begins like an instance's id. Hyphens are rare in callers.
func looksLikeInstance(caller []byte) bool {
	for at := 0; ; at++ {
		next := bytes.IndexByte(caller[at:], '-')
		if next < 0 {
			return false
		}
		if at += next; at > 1 && caller[at-1] == 'i' && (caller[at-2] == ':' || caller[at-2] == '/') {
			return true
		}
	}
}

// of lists the playbooks that want an event for its caller.
func (c *callers) of(e event.Event) (all []int) {
	for _, t := range c.triggers {
		if e.Kind == event.Call && t.Concerns(e.Actor) {
			all = append(all, t.playbook)
		}
	}
	return all
}
