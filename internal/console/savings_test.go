package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// tidy is a playbook about money: its facts are what a resource costs, below zero where nobody knows.
func tidy(id string) playbook.Playbook {
	b := playbook.Playbook{}
	b.ID = id
	b.Saves = func(_ context.Context, _ playbook.Prices, l playbook.StoredSuspect) (playbook.Saving, error) {
		var cost float64
		if err := json.Unmarshal(l.Facts, &cost); err != nil {
			return playbook.Saving{}, err
		}
		if cost < 0 {
			return playbook.Saving{}, playbook.ErrNoPrice
		}
		return playbook.Saving{Monthly: cost, Kept: 1, Source: l.Title, Formula: l.Title}, nil
	}
	return b
}

// swept has the record know of a month of sweeps of one account, by playbooks of these names: three new suspects a day, forty today. The last
// listing has a hundred.
func (s *stage) swept(names ...string) {
	s.Helper()
	config := s.options.Config()
	for _, name := range names {
		config.Playbooks = append(config.Playbooks, tidy(name))
	}
	today := s.w.Now()
	for ago := 30; ago >= 0; ago-- {
		now := today.AddDate(0, 0, -ago)
		d, _, err := s.store.TakeDuty(s.Context(), now, now.Format(time.DateOnly), ireland.Account, "test", time.Hour)
		s.must(err)
		d.Tallies = map[string]ledger.Tally{}
		for _, name := range names {
			d.Tallies[name] = ledger.Tally{Listed: 1000, Suspects: 90 - 3*ago, Begun: 3, Monthly: 100}
			if ago == 0 {
				d.Tallies[name] = ledger.Tally{Listed: 1000, Suspects: 130, Begun: 40, Monthly: 100}
			}
		}
		if ago == 0 {
			s.list(d, now, names)
		}
		s.must(s.store.EndDuty(s.Context(), now, d))
	}
}

func (s *stage) list(d ledger.Duty, now time.Time, names []string) {
	s.Helper()
	at := ledger.Listing{Place: ireland, Kind: event.Snapshot}
	var changes []ledger.StreakChange
	for i := range 100 {
		name := names[i%len(names)]
		changes = append(changes, ledger.StreakChange{Streak: ledger.Streak{
			Playbook: name, Kind: at.Kind, Resource: ireland.In(at.Kind, fmt.Sprint(name, i)), Since: now, First: now, Title: name, Severity: "low", Facts: fmt.Append(nil, i-1),
		}})
	}
	s.must(s.store.Swept(s.Context(), d, ledger.Coverage{Listing: at, Duty: d.Name(), Began: now, Ended: now, Listed: 1000, Suspects: 100}, changes))
}

// What is only observed is on the pages: what it costs, with the formula, over time; and that today far more was found than usual.
func TestSavingsAndSurgesAreShownFromTheRecord(t *testing.T) {
	s := set(t, asking)
	s.login()
	if page := text(s.page("/savings")); !strings.Contains(page, "Nothing was swept yet") {
		t.Errorf("%s", page)
	}
	s.swept("waste.attic")
	s.wall.Add(120)
	s.page("/savings") // counts anew
	page := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && !strings.Contains(page, "waste.attic"); {
		page = text(s.page("/savings"))
	}
	for _, want := range []string{
		"Suspects: 100 of 1000 listed", "Saved by their end: 4753.00 dollars a month", "The price of 1 is unknown",
		"waste.attic 100 4850.00 97.00 4753.00 1 0 2", "111122223333 100", "waste.attic99", "97.00 waste.attic", "2030-01-07 1 130 13.0 % 40 100.00",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page:\n%s", want, page)
		}
	}
	page = text(s.page("/surges"))
	for _, want := range []string{"Nothing is held by a surge", "waste.attic 2030-01-07 40 3 40 new suspects on 2030-01-07, where 3 are usual"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page:\n%s", want, page)
		}
	}
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "surge:waste.attic", By: "riposte", At: s.w.Now(), Reason: "40 are new"}))
	if page := text(s.page("/surges")); !strings.Contains(page, "riposte release surge:waste.attic") || !strings.Contains(page, "40 are new") {
		t.Errorf("%s", page)
	}
}
