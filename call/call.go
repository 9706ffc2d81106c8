// Package call is the table of AWS's calls that riposte makes, hears of or forbids. What is known of a call (how CloudTrail spells
// it, whether it changes something, which resources it concerns) stands there and nowhere else: playbooks' triggers, what
// undoes an action, rights, event patterns and clients refer to it by the constants of names.go, which make generate writes.
package call

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// ID is a call by its IAM action: ec2:RunInstances. One that is not in the table is taken to be spelled by AWS's habit,
// PREFIX.amazonaws.com and the action's own name.
type ID string

// Event is how CloudTrail spells a call.
type Event struct {
	Source string // ec2.amazonaws.com
	Name   string // RunInstances
}

// Call is what is known of one.
type Call struct {
	ID ID
	// Operation is what the SDK calls it, "" where it is the action's name.
	Operation string
	Write     bool     // it changes something: CloudTrail calls the others read-only
	Access    bool     // playbooks or actions make it, through access
	Events    []string // CloudTrail's names of it, where they are not the action's own
	On        []string // the types of the resources by which IAM decides about it, as event.Instance; nil where it takes none, or where it is not riposte's to make
}

// All returns the table, in its order.
func All() []Call { return slices.Clone(table) }

// Of returns the entry of a call; false where the table has none.
func Of(id ID) (Call, bool) {
	i := slices.IndexFunc(table, func(c Call) bool { return c.ID == id })
	if i < 0 {
		return Call{ID: id}, false
	}
	return table[i], true
}

// Service returns the call's IAM prefix: ec2.
func (id ID) Service() string {
	service, _, _ := strings.Cut(string(id), ":")
	return service
}

// Name returns the action's name without the prefix: RunInstances.
func (id ID) Name() string {
	_, name, _ := strings.Cut(string(id), ":")
	return name
}

// Operation returns the SDK's name of the call: RunInstances.
func (id ID) Operation() string {
	if c, _ := Of(id); c.Operation != "" {
		return c.Operation
	}
	return id.Name()
}

// Events returns the records by which the call is heard of, the present spelling first.
func (id ID) Events() []Event {
	source := Source(id.Service())
	c, _ := Of(id)
	if len(c.Events) == 0 {
		return []Event{{source, id.Name()}}
	}
	var all []Event
	for _, name := range c.Events {
		all = append(all, Event{source, name})
	}
	return all
}

// Read reports whether CloudTrail marks the call as read-only, as far as is known. A wrong yes costs nothing where it decides
// about a pattern, which still names its calls; so what is not in the table is judged by its verb.
func (id ID) Read() bool {
	if c, known := Of(id); known {
		return !c.Write
	}
	for _, verb := range []string{"Assume", "BatchGet", "Check", "Describe", "Get", "Head", "List", "Lookup", "Scan", "Search", "Select"} {
		if strings.HasPrefix(id.Name(), verb) {
			return true
		}
	}
	return false
}

// Recorded returns the call that a record tells of. One that the table does not spell is called as AWS's habit has it, without the
// date and version of the API that Lambda puts behind its names.
func Recorded(source, name string) ID {
	if id, ok := spelled[Event{source, name}]; ok {
		return id
	}
	service := prefix(source)
	if service == "lambda" {
		name = dated.ReplaceAllString(name, "")
	}
	return ID(service + ":" + name)
}

var dated = regexp.MustCompile(`[0-9]{8}(v[0-9]+)?$`)

// Heard is what is heard of some calls, by the source of their records.
type Heard struct {
	Source string
	Names  []string
}

// Records returns the records of calls, by source in the order of the calls.
func Records(ids ...ID) (all []Heard) {
	for _, id := range ids {
		for _, e := range id.Events() {
			i := slices.IndexFunc(all, func(h Heard) bool { return h.Source == e.Source })
			if i < 0 {
				i, all = len(all), append(all, Heard{Source: e.Source})
			}
			all[i].Names = append(all[i].Names, e.Name)
		}
	}
	return all
}

// Actions returns calls as an IAM policy lists them.
func Actions(ids ...ID) []string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}

// spelled lists calls with records that are not named as their actions are.
var spelled = spellings()

func spellings() map[Event]ID {
	all := map[Event]ID{}
	for _, c := range table {
		for _, name := range c.Events {
			all[Event{Source(c.ID.Service()), name}] = c.ID
		}
	}
	return all
}

// OfEvent returns the call that an event tells of.
func OfEvent(e event.Event) ID { return Recorded(e.Source, e.Name) }
