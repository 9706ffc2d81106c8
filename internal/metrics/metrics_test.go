package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics"
)

// shelf is a ledger with one case that is due, or one that can't be reached.
type shelf struct {
	ledger.Store
	now  time.Time
	away bool
	read int
	mark string
}

func (s *shelf) Mark(context.Context) (string, error) { return s.mark, nil }

func (s *shelf) Cases(context.Context, ledger.Filter) ([]*ledger.Case, error) {
	if s.read++; s.away {
		return nil, errors.New("away")
	}
	return []*ledger.Case{{State: ledger.Held, Paged: "look"}}, nil
}

func (s *shelf) Brakes(context.Context) ([]ledger.Brake, error) {
	return []ledger.Brake{{Scope: "all"}, {Scope: "account:111122223333"}, {Scope: "account:444455556666"}}, nil
}

func (s *shelf) Next(context.Context) (time.Time, error) { return s.now.Add(-7 * time.Second), nil }

func (s *shelf) Letters(context.Context, ledger.LetterFilter) ([]*ledger.Letter, error) {
	return []*ledger.Letter{{Wanted: 1}, {Wanted: 2, Sent: 1, Error: "down"}, {Wanted: 1, Failed: true}, {Wanted: 1, Sent: 1}}, nil
}

func (s *shelf) clock() time.Time { return s.now }

func set(s *shelf) *metrics.Meter {
	s.now = time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	return metrics.New(metrics.Options{Kinds: action.Kinds(), Version: "1", Playbooks: []string{"launch.known"}, Store: s, Now: s.clock})
}

func scrape(m *metrics.Meter) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func wants(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(page, "\n"+l+"\n") {
			t.Errorf("the page does not say %s:\n%s", l, page)
		}
	}
}

func TestNobodyMakesSeriesByMakingNames(t *testing.T) {
	m := set(&shelf{})
	for i := range 100 {
		m.Stopped(fmt.Sprint("made-up.", i), errors.New("no"))
		m.Acted(fmt.Sprint("made-up.", i), nil)
		m.Progressed(&ledger.Case{Playbook: fmt.Sprint("made-up.", i), State: ledger.Observed}, engine.Progress{State: ledger.Suspected})
	}
	m.Stopped("launch.known", errors.New("no"))
	wants(t, scrape(m), `riposte_errors_total{playbook="other"} 100`, `riposte_errors_total{playbook="launch.known"} 1`,
		`riposte_actions_total{kind="other",outcome="done"} 100`, `riposte_case_states_total{playbook="other",state="observed"} 100`)
}

// How changes are made has a series for each word of the list, from the beginning: a figure that is missing is no zero.
func TestChangesAreCountedByHowTheyAreMade(t *testing.T) {
	m := set(&shelf{})
	m.Called(event.Event{Kind: event.Call, UserAgent: "aws-cli/2.22.0"}.Method())
	m.Called(event.Event{Kind: event.Call, UserAgent: "whatever mallory writes"}.Method())
	wants(t, scrape(m), `riposte_changes_total{method="cli"} 1`, `riposte_changes_total{method="unknown"} 1`, `riposte_changes_total{method="terraform"} 0`)
}

func TestAChangeIsDoneRefusedOrAnError(t *testing.T) {
	m := set(&shelf{})
	m.Acted("ec2.terminate", nil)
	m.Acted("ec2.terminate", fmt.Errorf("terminate: %w", action.ErrCannot))
	m.Acted("ec2.terminate", errors.New("i/o timeout"))
	wants(t, scrape(m), `riposte_actions_total{kind="ec2.terminate",outcome="done"} 1`,
		`riposte_actions_total{kind="ec2.terminate",outcome="refused"} 1`, `riposte_actions_total{kind="ec2.terminate",outcome="error"} 1`)
}

func TestTimesAreMeasuredOnceAndNeverBelowZero(t *testing.T) {
	m := set(&shelf{})
	at := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	c := &ledger.Case{Playbook: "launch.known", State: ledger.Contained, Times: ledger.Times{
		Occurred: at.Add(time.Second), // AWS's clock goes before ours
		Received: at, Decided: at.Add(2 * time.Second), FirstChange: at.Add(2 * time.Second), Contained: at.Add(4 * time.Second),
	}}
	m.Progressed(c, engine.Progress{State: ledger.Suspected, Times: ledger.Times{Occurred: c.Times.Occurred, Received: at}})
	was := engine.Progress{State: c.State, Times: c.Times}
	c.State = ledger.Held // something joined
	m.Progressed(c, was)
	wants(t, scrape(m), `riposte_delivery_seconds_sum 0`, `riposte_delivery_seconds_count 1`, `riposte_answer_seconds_sum 4`,
		`riposte_answer_seconds_count 1`, `riposte_time_to_contain_seconds_sum 3`, `riposte_time_to_contain_seconds_count 1`,
		`riposte_stage_seconds_count{stage="first_change_contained"} 1`)
}

// The first case that fails is as much worth an alert as the second: increase() needs the zero before the one.
func TestStatesAreThereBeforeACaseComesToThem(t *testing.T) {
	m := set(&shelf{})
	wants(t, scrape(m), `riposte_case_states_total{playbook="launch.known",state="failed"} 0`, `riposte_paged_total{playbook="launch.known"} 0`)
	m.Progressed(&ledger.Case{Playbook: "launch.known", State: ledger.Failed, Paged: "riposte gave this case up"}, engine.Progress{State: ledger.Acting})
	m.Progressed(&ledger.Case{Playbook: "launch.known", State: ledger.Verified}, engine.Progress{State: ledger.Contained})
	wants(t, scrape(m), `riposte_case_states_total{playbook="launch.known",state="failed"} 1`, `riposte_paged_total{playbook="launch.known"} 1`)
}

func TestTheBacklogIsReadFromTheLedgerNowAndThen(t *testing.T) {
	s := &shelf{}
	m := set(s)
	wants(t, scrape(m), `riposte_open_cases{state="held"} 1`, `riposte_open_cases{state="acting"} 0`, `riposte_due_age_seconds 7`,
		`riposte_open_paged_cases 1`, `riposte_halts{scope="all"} 1`, `riposte_halts{scope="account"} 2`, `riposte_halts{scope="class"} 0`, `riposte_letters_owed 2`, `riposte_letters_troubled 2`)
	scrape(m)
	if s.read != 1 {
		t.Errorf("the ledger was read %d times in one moment", s.read)
	}
	s.now = s.now.Add(time.Minute)
	if scrape(m); s.read != 1 {
		t.Errorf("with nothing changed it was read %d times", s.read)
	}
	s.now, s.mark = s.now.Add(time.Minute), "2"
	if scrape(m); s.read != 2 {
		t.Errorf("a minute after a change it was read %d times", s.read)
	}
}

func TestALedgerThatIsAwayHidesNoOtherFigure(t *testing.T) {
	m := set(&shelf{away: true})
	m.LedgerFailed()
	page := scrape(m)
	wants(t, page, `riposte_ledger_errors_total 1`)
	if strings.Contains(page, "riposte_open_cases{") {
		t.Error("cases are told that could not be read")
	}
}

func TestNobodyMakesSeriesByMakingKinds(t *testing.T) {
	m := set(&shelf{})
	for i := range 100 {
		m.Foreign(fmt.Sprint("made up ", i))
	}
	m.Foreign("sns")
	wants(t, scrape(m), `riposte_foreign_total{kind="other"} 100`, `riposte_foreign_total{kind="sns"} 1`)
}
