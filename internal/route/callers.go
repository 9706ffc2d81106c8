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
	instances Want // how far some want the sessions of instances
	names     Names
	people    bool     // some want people
	users     bool     // and take IAM users for such
	texts     [][]byte // types of people who need no role, in quotes
	roles     [][]byte // texts of which one stands in the userIdentity of a person's session, or one of
	hyphened  [][]byte // these, which begin with a hyphen
}

// trigger is one of a playbook's, by its place in the catalogue.
type trigger struct {
	playbook int
	playbook.Callers
}

func callersOf(catalogue []playbook.Definition) callers {
	var c callers
	var named []string
	for i, d := range catalogue {
		for _, t := range d.Callers() {
			c.triggers = append(c.triggers, trigger{i, t})
			if t.Instances {
				c.instances = max(c.instances, wantOf(t))
			}
			if t.People != nil {
				c.watch(*t.People)
			}
			named = append(named, t.Named...)
		}
	}
	c.names = NamesOf(named)
	return c
}

func wantOf(t playbook.Callers) Want {
	if t.PerSource {
		return Repeats
	}
	return Each
}

// want says, from the name of a call, whether it reads, and the bytes of its userIdentity, how far the callers are wanted that may have made it.
func (c *callers) want(r Record) Want {
	caller := r.Caller
	if len(c.triggers) == 0 {
		return None
	}
	if c.names.In(caller) {
		return Each
	}
	people := c.people && !r.ReadOnly && !playbook.Reading(r.Name)
	if (people || c.instances > None) && escapes(caller) {
		return Each
	}
	return c.looks(caller, people)
}

// watch has people looked for. Hyphens are rare in callers: a role that has one is looked for from there.
func (c *callers) watch(p playbook.Persons) {
	c.people, c.users = true, c.users || p.Users
	for _, kind := range p.Types() {
		c.texts = append(c.texts, []byte(`"`+kind+`"`))
	}
	for _, role := range p.Roles() {
		if at := strings.IndexByte(role, '-'); at > 0 && len(role)-at > 8 {
			c.hyphened = append(c.hyphened, []byte(role[at:]))
		} else {
			c.roles = append(c.roles, []byte(role))
		}
	}
}

// looks says how far a caller is wanted by what it looks like: of some part that begins like an instance's id, or by a type or a role of
// people's. Of nearly all callers the type stands first; one that has it twice is no caller of a record.
func (c *callers) looks(caller []byte, people bool) (want Want) {
	kind, first := bytes.CutPrefix(caller, []byte(`{"type":`))
	session := first && bytes.HasPrefix(kind, []byte(`"AssumedRole"`))
	people = people && (session || c.users || !first || !bytes.HasPrefix(kind, []byte(`"IAMUser"`)))
	if people && (!session && containsAny(caller, c.texts) || containsAny(caller, c.roles)) {
		return Each
	}
	people = people && len(c.hyphened) > 0
	if c.instances == None && !people {
		return None
	}
	for at := 0; ; at++ {
		next := bytes.IndexByte(caller[at:], '-')
		if next < 0 {
			return want
		}
		at += next
		if at > 1 && caller[at-1] == 'i' && (caller[at-2] == ':' || caller[at-2] == '/') {
			if want = c.instances; !people {
				return want
			}
		}
		for _, role := range c.hyphened {
			if people && bytes.HasPrefix(caller[at:], role) {
				return Each
			}
		}
	}
}

func containsAny(caller []byte, texts [][]byte) bool {
	for _, text := range texts {
		if bytes.Contains(caller, text) {
			return true
		}
	}
	return false
}

// of lists the playbooks that want an event for its caller.
func (c *callers) of(e event.Event) (all []int) {
	for _, t := range c.triggers {
		if e.Kind == event.Call && t.Concerns(e.Actor) && (t.People == nil || !e.ReadOnly && !playbook.Reading([]byte(e.Name))) {
			all = append(all, t.playbook)
		}
	}
	return all
}
