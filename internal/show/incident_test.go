package show

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// many is an incident as a ledger lists its cases, and counts how many it was asked for.
type many struct {
	cases []*ledger.Case
	read  int
}

func (m *many) Cases(_ context.Context, f ledger.Filter) (out []*ledger.Case, err error) {
	for _, c := range m.cases {
		if len(out) < f.Limit && (!f.Open || c.State.Open()) {
			out = append(out, c)
		}
	}
	m.read += len(out)
	return out, nil
}

// An attacker makes fifty thousand cases. What is read of them is bounded, and what the last of them asks shows all the same.
func TestALargeIncidentIsNotReadWhole(t *testing.T) {
	m := &many{}
	for i := range 50_000 {
		m.cases = append(m.cases, &ledger.Case{ID: fmt.Sprintf("c_%05d", i), State: ledger.Observed, Severity: playbook.Low, Title: "small"})
	}
	last := m.cases[len(m.cases)-1]
	last.State, last.Revisions = ledger.Asked, []ledger.Revision{{Number: 1, Steps: []ledger.Step{{Verdict: "ask"}}}}
	one, err := ReadIncident(t.Context(), m, "c_00000", event.People{})
	if err != nil || !one.More || !one.Open || one.Cases != IncidentCases || !slices.Equal(one.Asks, []string{last.ID}) {
		t.Errorf("%d cases, more %t, open %t, asks %q, %v", one.Cases, one.More, one.Open, one.Asks, err)
	}
	if m.read > 2*IncidentCases+1 {
		t.Errorf("%d cases were read", m.read)
	}
}

// A use of credentials that a look cleared does not name the incident of the theft that came after it, however grave it would have been.
func TestAnIncidentIsNotCalledAfterWhatWasDismissed(t *testing.T) {
	cleared := &ledger.Case{ID: "c_1", Title: "by its own gateway", Severity: playbook.Critical, State: ledger.Dismissed}
	moved := &ledger.Case{ID: "c_2", Title: "goes on elsewhere", Severity: playbook.Critical, State: ledger.Superseded}
	theft := &ledger.Case{ID: "c_3", Title: "from elsewhere", Severity: playbook.High, State: ledger.Contained}
	for title, cases := range map[string][]*ledger.Case{"from elsewhere": {cleared, moved, theft}, "by its own gateway": {cleared, moved}} {
		if one := IncidentOf("c_1", cases, event.People{}); one.Title != title {
			t.Errorf("called %q, want %q", one.Title, title)
		}
	}
	if one := IncidentOf("c_1", []*ledger.Case{theft, cleared}, event.People{}); one.Severity != playbook.High {
		t.Errorf("%s, though what was critical was dismissed", one.Severity)
	}
}

// An incident is called after the gravest of its cases, and tells what happened in the order in which it did.
func TestAnIncidentIsOneStory(t *testing.T) {
	at := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	actor := event.Actor{ARN: "arn:aws:iam::111122223333:user/mallory"}
	first := &ledger.Case{ID: "c_1", Title: "a look", Severity: playbook.Low, State: ledger.Observed, Origin: playbook.Origin{Name: "ListUsers", Actor: actor},
		Times: ledger.Times{Occurred: at(0), Received: at(1)}, Root: event.Resource{Account: "111122223333", Type: event.User, ID: "mallory"}}
	second := &ledger.Case{ID: "c_2", Title: "an attack", Severity: playbook.Critical, State: ledger.Contained, Origin: playbook.Origin{Name: "CreateUser", Actor: actor},
		Times: ledger.Times{Occurred: at(2), Received: at(3), FirstChange: at(4), Contained: at(5)}, Root: first.Root}
	first.Times.Verified = at(6)
	one := IncidentOf("c_1", []*ledger.Case{first, second}, event.People{})
	var told []string
	for _, m := range one.Times {
		told = append(told, m.Case+" "+m.What)
	}
	if d := cmp.Diff([]string{"c_1 happened", "c_2 happened", "c_2 answered", "c_2 contained", "c_1 verified"}, told); d != "" {
		t.Error(d)
	}
	if one.Title != "an attack" || one.Severity != playbook.Critical || !one.Opened.Equal(at(1)) || !one.Last.Equal(at(3)) || len(one.Actors) != 1 || !one.Open || len(one.Asks) != 0 {
		t.Errorf("%+v", one)
	}
}
