package show

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Incident is one story over its cases, as scripts and people see it. The JSON names are stable.
type Incident struct {
	Incident string               `json:"incident"` // id of its first case
	Title    string               `json:"title"`    // of the first of its gravest cases that were not dismissed
	Severity playbook.Severity    `json:"severity"` // the highest, of cases that were not dismissed where there are some
	Open     bool                 `json:"open"`
	Opened   time.Time            `json:"opened"` // when its first case came up
	Last     time.Time            `json:"last"`   // when its last one did
	Cases    int                  `json:"cases"`
	More     bool                 `json:"more,omitempty"` // there are more cases than were read: the counts are of the oldest
	States   map[ledger.State]int `json:"states"`
	Actors   []string             `json:"actors"` // ARNs, in the order in which they showed
	Persons  []string             `json:"persons,omitempty"`
	Accounts []string             `json:"accounts"`
	Asks     []string             `json:"asks,omitempty"`    // cases that wait for a person
	Listed   []Sibling            `json:"listed,omitempty"`  // where one incident is shown: its cases, oldest first
	Times    []Moment             `json:"moments,omitempty"` // where one incident is shown: what happened, oldest first
}

// Moment is something that happened in an incident.
type Moment struct {
	At   time.Time `json:"at"`
	Case string    `json:"case"`
	What string    `json:"what"` // happened, answered, contained, verified, given up
	Text string    `json:"text"`
}

// IncidentCases is how many cases of an incident are read: what an attacker makes a thousand of shows in the first hundreds.
const IncidentCases = 500

// incidentCases reads them.
type incidentCases interface {
	Cases(context.Context, ledger.Filter) ([]*ledger.Case, error)
}

// ReadIncident reads an incident. However large it is, no more than IncidentCases of its oldest cases are read, and as many of those that are open.
func ReadIncident(ctx context.Context, in incidentCases, id string, people event.People) (Incident, error) {
	cases, err := in.Cases(ctx, ledger.Filter{Incident: id, Limit: IncidentCases + 1})
	if err != nil {
		return Incident{}, fmt.Errorf("read incident %q: %w", id, err)
	}
	more := len(cases) > IncidentCases
	out := IncidentOf(id, cases[:min(len(cases), IncidentCases)], people)
	if !more {
		return out, nil
	}
	open, err := in.Cases(ctx, ledger.Filter{Incident: id, Open: true, Limit: IncidentCases})
	if err != nil {
		return Incident{}, fmt.Errorf("read incident %q: %w", id, err)
	}
	out.More = true
	for _, c := range open {
		out.waits(c)
	}
	return out, nil
}

// graver reports whether a case says more of what an incident is than another: one that a look confirmed says more than one that it did not, however
// grave that would have been.
func graver(c, than *ledger.Case) bool {
	nothing := func(c *ledger.Case) bool { return c.State == ledger.Dismissed || c.State == ledger.Superseded }
	if nothing(c) != nothing(than) {
		return nothing(than)
	}
	return ledger.Precedence(c.Severity) < ledger.Precedence(than.Severity)
}

// IncidentOf makes an incident presentable: its cases come oldest first.
func IncidentOf(id string, cases []*ledger.Case, people event.People) Incident {
	out := Incident{Incident: id, States: map[ledger.State]int{}, Actors: []string{}, Accounts: []string{}, Cases: len(cases)}
	var gravest *ledger.Case
	for _, c := range cases {
		at := cmp.Or(c.Times.Received, c.Times.Occurred).UTC()
		if gravest == nil || graver(c, gravest) {
			gravest, out.Severity, out.Title = c, c.Severity, c.Title
		}
		if out.Opened.IsZero() || at.Before(out.Opened) {
			out.Opened = at
		}
		if at.After(out.Last) {
			out.Last = at
		}
		out.States[c.State]++
		out.waits(c)
		add(&out.Actors, c.Origin.Actor.ARN)
		add(&out.Persons, people.Person(c.Origin.Actor))
		for _, m := range c.Upstream {
			add(&out.Actors, m.Actor.ARN)
			add(&out.Persons, people.Person(m.Actor))
		}
		add(&out.Accounts, c.Root.Account)
		out.Listed = append(out.Listed, SiblingOf(c))
		out.Times = append(out.Times, moments(c)...)
	}
	slices.SortStableFunc(out.Times, func(a, b Moment) int { return a.At.Compare(b.At) })
	return out
}

// waits takes what an open case waits for.
func (i *Incident) waits(c *ledger.Case) {
	i.Open = i.Open || c.State.Open()
	if len(c.Asks(0)) > 0 && c.State.Open() {
		add(&i.Asks, c.ID)
	}
}

func add(to *[]string, s string) {
	if s != "" && !slices.Contains(*to, s) {
		*to = append(*to, s)
	}
}

// moments are the stages of a case that were reached.
func moments(c *ledger.Case) (out []Moment) {
	by := cmp.Or(c.Origin.Actor.ARN, c.Origin.Actor.InvokedBy, "a caller who is not known")
	for _, m := range []Moment{
		{cmp.Or(c.Times.Occurred, c.Times.Received), c.ID, "happened", fmt.Sprintf("%s by %s: %s", c.Origin.Name, by, c.Title)},
		{c.Times.FirstChange, c.ID, "answered", strings.TrimSpace(c.Playbook + " " + c.Reason)},
		{c.Times.Contained, c.ID, "contained", c.Root.String()},
		{c.Times.Verified, c.ID, "verified", c.Root.String()},
	} {
		if m.At = m.At.UTC(); !m.At.IsZero() {
			out = append(out, m)
		}
	}
	return out
}
