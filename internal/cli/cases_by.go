package cli

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// tally is how many cases have something in common. The JSON names are stable: scripts rely on them.
type tally struct {
	By       string               `json:"by"`
	Value    string               `json:"value"` // "" where it is not known
	Name     string               `json:"name,omitempty"`
	Cases    int                  `json:"cases"`
	Open     int                  `json:"open"`
	Severity playbook.Severity    `json:"severity"` // the highest
	Newest   time.Time            `json:"newest"`
	States   map[ledger.State]int `json:"states"`
}

// count prints how many cases there are by a key, the most first.
func (sh *shell) count(r record, key string, cases iter.Seq2[*ledger.Case, error]) error {
	by := map[string]*tally{}
	for c, err := range cases {
		if err != nil {
			return fmt.Errorf("read the cases: %w", err)
		}
		value, name := r.value(key, c)
		one, ok := by[value]
		if !ok {
			one = &tally{By: key, Value: value, Name: name, Severity: c.Severity, States: map[ledger.State]int{}}
			by[value] = one
		}
		one.Cases++
		one.States[c.State]++
		if c.State.Open() {
			one.Open++
		}
		if order := playbook.Severities(); slices.Index(order, c.Severity) > slices.Index(order, one.Severity) {
			one.Severity = c.Severity
		}
		if at := c.Times.Occurred.UTC(); at.After(one.Newest) {
			one.Newest = at
		}
	}
	all := slices.SortedFunc(maps.Values(by), func(a, b *tally) int { return cmp.Or(b.Cases-a.Cases, strings.Compare(a.Value, b.Value)) })
	t := table{{strings.ToUpper(key), "CASES", "OPEN", "SEVERITY", "NEWEST", "STATES"}}
	for _, one := range all {
		if sh.json() {
			sh.object(one)
			continue
		}
		value := cmp.Or(one.Value, "not known")
		if one.Name != "" {
			value += " (" + one.Name + ")"
		}
		t = append(t, []string{show.Plain(value), strconv.Itoa(one.Cases), strconv.Itoa(one.Open), severity(one.Severity), one.Newest.Format(time.DateTime), inStates(one.States)})
	}
	if len(all) == 0 && !sh.json() {
		sh.line("no cases")
	}
	sh.table(t)
	return nil
}

// value is what a case has of a key, and the name that people know it by.
func (r record) value(key string, c *ledger.Case) (value, name string) {
	a, _ := r.config.Account(c.Root.Account)
	switch key {
	case "playbook":
		return c.Playbook, ""
	case "account":
		return c.Root.Account, a.Name
	case "ou":
		return a.OU, ""
	case "environment":
		return a.Environment, ""
	case "region":
		return c.Root.Region, ""
	case "state":
		return string(c.State), ""
	case "severity":
		return string(c.Severity), ""
	}
	return cmp.Or(r.config.People.Person(c.Origin.Actor), c.Origin.Actor.ARN, c.Origin.Actor.InvokedBy), ""
}

// inStates says how many cases are in each state, in the order of a case's life.
func inStates(n map[ledger.State]int) string {
	var said []string
	for _, s := range ledger.States() {
		if n[s] > 0 {
			said = append(said, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	return strings.Join(said, ", ")
}
