package takeover

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// dangling are the facts: of what was deleted, or of a record.
type dangling struct {
	Deleted event.Resource    `json:",omitzero"` // what the event deleted
	Keys    []names.Key       `json:",omitempty"`
	Set     *action.RecordSet `json:",omitempty"` // as it was read
	Targets []target          `json:",omitempty"` // those that point to nothing of ours
	Kept    int               `json:",omitempty"` // how many others it has
	Asks    string            `json:",omitempty"` // why a person decides
}

// target is a value or an alias that points to nothing of ours.
type target struct {
	Text string
	Key  names.Key
	Lost bool // it was ours
}

// of says the facts of a record.
func (f dangling) of(record event.Resource) playbook.Suspect[dangling] {
	s := playbook.Suspect[dangling]{Resource: record, Facts: f, Severity: playbook.Low}
	name, kind := spoken(record)
	var what []string
	for _, t := range f.Targets {
		by := t.Key.Claimable()
		what = append(what, fmt.Sprintf("%s %s, which %s: %s", t.Key.Service, t.Key.ID, t.state(), claimed(by.By)))
		switch {
		case by.By == names.Anybody:
			s.Severity = playbook.Critical
		case by.By == names.Luck && s.Severity == playbook.Low:
			s.Severity = playbook.High
		}
	}
	s.Title = fmt.Sprintf("record %s %s points to %s", name, kind, strings.Join(what, ", and to "))
	return s
}

// claimed says who could answer by the name.
func claimed(by names.Claim) string {
	switch by {
	case names.Anybody:
		return "anybody can claim it"
	case names.Luck:
		return "another account may be given it"
	}
	return "nobody can claim it"
}

func (t target) state() string {
	if t.Lost {
		return "was ours and is gone"
	}
	return "no account of ours has"
}

// spoken are the name and type of a record, by its id.
func spoken(record event.Resource) (name, kind string) {
	part := strings.SplitN(record.ID, "/", 4)
	if len(part) < 3 {
		return record.ID, ""
	}
	return names.Unescaped(part[2]), part[1]
}

// claim is the worst of what could be claimed.
func (f dangling) claim() names.Claim {
	worst := names.Nobody
	for _, t := range f.Targets {
		switch t.Key.Claimable().By {
		case names.Anybody:
			return names.Anybody
		case names.Luck:
			worst = names.Luck
		}
	}
	return worst
}
