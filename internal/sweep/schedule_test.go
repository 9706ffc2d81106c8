package sweep_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
)

var atThree = sweep.Schedule{At: 3 * time.Hour, Zone: time.UTC, Spread: 2 * time.Hour}

func TestEachAccountHasItsMoment(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	moments := map[time.Time]int{}
	for n := range 400 {
		id := fmt.Sprintf("%012d", n)
		m := atThree.Moment(id, noon)
		if m.Before(noon.Add(-9*time.Hour)) || !m.Before(noon.Add(-7*time.Hour)) {
			t.Errorf("%s is swept at %v", id, m)
		}
		if next := atThree.Moment(id, noon.Add(day)); next.Sub(m) != day {
			t.Errorf("%s is swept after %v", id, next.Sub(m))
		}
		moments[m.Truncate(10*time.Minute)]++
	}
	for m, n := range moments {
		if n > 80 {
			t.Errorf("%d of 400 accounts within ten minutes of %v", n, m)
		}
	}
}

func TestWhatIsDue(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	done := func(days ...string) (all []ledger.Duty) {
		for _, d := range days {
			all = append(all, ledger.Duty{Day: d, Account: shop, Ended: noon.Add(-time.Hour)})
		}
		return all
	}
	moment := atThree.Moment(shop, noon)
	for _, c := range []struct {
		name    string
		now     time.Time
		done    []ledger.Duty
		started time.Time
		day     string
		at      time.Time
	}{
		{"done today", noon, done("2026-11-30"), time.Time{}, "2026-12-01", moment.Add(day)},
		{"not done today", noon, done("2026-11-29"), time.Time{}, "2026-11-30", moment},
		{"before its moment, done yesterday", moment.Add(-time.Second), done("2026-11-29"), time.Time{}, "2026-11-30", moment},
		{"before its moment, yesterday was missed", moment.Add(-time.Second), nil, time.Time{}, "2026-11-29", moment.Add(-day)},
		{"a week was missed: one sweep", noon, done("2026-11-20"), time.Time{}, "2026-11-30", moment},
	} {
		t.Run(c.name, func(t *testing.T) {
			turns := atThree.Turns([]string{shop}, c.done, c.started, c.now)
			if len(turns) != 1 || turns[0].Day != c.day || !turns[0].At.Equal(c.at) {
				t.Errorf("turns %+v, want %s at %v", turns, c.day, c.at)
			}
		})
	}
	t.Run("missed before the start: spread over half an hour", func(t *testing.T) {
		late := 0
		for n := range 100 {
			turn := atThree.Turns([]string{fmt.Sprintf("%012d", n)}, nil, noon, noon)[0]
			if wait := turn.At.Sub(noon); wait < 0 || wait >= 30*time.Minute {
				t.Errorf("at %v", turn.At)
			} else if wait > 0 {
				late++
			}
		}
		if late < 50 {
			t.Errorf("%d of 100 wait", late)
		}
	})
}

func TestRoundsDoWhatIsDueOnce(t *testing.T) {
	s := newStage(t)
	s.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}}
	var told []string
	r := &sweep.Rounds{
		Sweeper: sweep.New(s.options("waste.one")), Schedule: atThree, Accounts: func() []string { return []string{shop, "444455556666"} },
		Told: func(account string, _ ledger.Duty, err error) { told = append(told, fmt.Sprint(account, err)) },
	}
	next, err := r.Once(t.Context(), 1)
	if err != nil || !next.Equal(s.now) || len(told) != 1 {
		t.Fatalf("one of two: next %v, %v, %v", next, told, err)
	}
	next, err = r.Once(t.Context(), 1)
	want := atThree.Moment(shop, s.now).Add(day)
	if err != nil || len(told) != 2 || !slices.Contains(told, shop+"<nil>") || next.After(want) {
		t.Fatalf("the other: next %v, %v, %v", next, told, err)
	}
	if next, err = r.Once(t.Context(), 1); err != nil || len(told) != 2 || next.Before(s.now) {
		t.Errorf("nothing is due until %v: %v, %v", next, told, err)
	}
}

// An account whose regions can't be read is tried again, ever later, and keeps no other from its sweep.
func TestAnAccountThatFailsIsTriedAgain(t *testing.T) {
	s := newStage(t)
	s.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	o := s.options("waste.one")
	tries, denied := map[string]int{}, true
	o.Regions = func(_ context.Context, account string) ([]string, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if tries[account]++; account == shop && denied {
			return nil, errDenied
		}
		return []string{"eu-west-1"}, nil
	}
	var told []error
	r := &sweep.Rounds{
		Sweeper: sweep.New(o), Schedule: sweep.Schedule{Zone: time.UTC}, Accounts: func() []string { return []string{shop, "444455556666"} },
		Told: func(account string, _ ledger.Duty, err error) {
			if account == shop {
				told = append(told, err)
			}
		},
	}
	for range 60 {
		if _, err := r.Once(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(time.Minute)
	}
	if tries[shop] != 4 || tries["444455556666"] != 1 { // at once, after 5, 10, 20 minutes
		t.Errorf("in an hour: %v", tries)
	}
	denied = false
	for range 60 {
		if _, err := r.Once(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(time.Minute)
	}
	if len(told) != 5 || told[3] == nil || told[4] != nil || s.memory.duties["2026-11-30/"+shop].Ended.IsZero() {
		t.Errorf("told %v", told)
	}
}
