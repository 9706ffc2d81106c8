package playbook

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Notices are a trigger by what a service tells of its own accord (event.NoticeType). It comes sooner than CloudTrail's record of
// the call behind it and names no caller: the record joins the same case.
type Notices struct {
	Type   event.NoticeType
	States []string // that its detail's state has; empty: any
}

// Notice fires on a service's notices that tell one of the states.
func Notice(of event.NoticeType, states ...string) Notices { return Notices{of, states} }

func (n Notices) routed() []call.ID { return nil }

func (n Notices) fires(e event.Event) bool {
	if e.Kind != event.Notice || e.Source != n.Type.Source() || e.Name != n.Type.DetailType() {
		return false
	}
	var detail struct{ State string }
	return len(n.States) == 0 || json.Unmarshal(e.Request, &detail) == nil && slices.Contains(n.States, detail.State)
}

// Noticed reports whether a service's notice brought the suspect, which names no caller; the record of the call comes later. Only
// a notice has a source of EventBridge's (event.NoticeType).
func (o Origin) Noticed() bool { return strings.HasPrefix(o.Source, "aws.") }

// Notices returns the triggers of a playbook that are notices.
func (d Definition) Notices() (all []Notices) {
	for _, t := range d.On {
		if n, ok := t.(Notices); ok {
			all = append(all, n)
		}
	}
	return all
}

// Hears returns everything that leads to the playbook: records by their source, and notices by theirs.
func (d Definition) Hears() []call.Heard {
	all := call.Records(d.Calls()...)
	for _, n := range d.Notices() {
		all = append(all, call.Heard{Source: n.Type.Source(), Names: []string{n.Type.DetailType()}})
	}
	return all
}
