package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

// crowdedStore knows of some sweeps, beside what the attic has.
type crowdedStore struct {
	atticStore
	duties []ledger.Duty
	fails  *error
}

func (c crowdedStore) Duties(context.Context, string) ([]ledger.Duty, error) {
	if c.fails != nil && *c.fails != nil {
		return nil, *c.fails
	}
	return c.duties, nil
}

// Neither a ledger that did not answer once nor a clock that was set back keeps surges from being looked for.
func TestSurgesAreLookedForAgain(t *testing.T) {
	s, a := sweeping(t, attics())
	failure := errors.New("throttled")
	c := crowdedStore{atticStore: atticStore{s.store, a}, fails: &failure}
	c.duties = []ledger.Duty{
		{Day: "2029-12-30", Account: "1", Tallies: map[string]ledger.Tally{"test.surges": {Begun: 3}}},
		{Day: "2029-12-31", Account: "1", Tallies: map[string]ledger.Tally{"test.surges": {Begun: 30}}},
	}
	s.store = c
	s.restart()
	if _, err := s.e.Surges(t.Context()); !errors.Is(err, failure) {
		t.Fatalf("the ledger failed, and surges said %v", err)
	}
	failure = nil
	held, err := s.e.Surges(t.Context())
	s.must(err)
	if len(held) != 1 {
		t.Errorf("after a failure it was not looked for again: %v", held)
	}
	s.e.Now = func() time.Time { return s.now().Add(-3 * time.Hour) }
	failure = errors.New("asked")
	if _, err := s.e.Surges(t.Context()); !errors.Is(err, failure) {
		t.Errorf("after the clock was set back it was not looked for: %v", err)
	}
}

// A playbook that suddenly finds more is held once, until a person releases it; what the first sweep of an account finds is no surge.
func TestAPlaybookThatSuddenlyFindsMoreIsHeld(t *testing.T) {
	s, a := sweeping(t, attics())
	c := crowdedStore{atticStore: atticStore{s.store, a}}
	finds := func(account, book string, begun ...int) {
		for i, n := range begun {
			day := s.now().AddDate(0, 0, i+1-len(begun)).UTC().Format(time.DateOnly)
			c.duties = append(c.duties, ledger.Duty{Day: day, Account: account, Tallies: map[string]ledger.Tally{book: {Listed: 900, Suspects: 900, Begun: n}}})
		}
	}
	finds("1", "test.surges", 500, 0, 0, 11)
	finds("2", "test.usual", 500, 0, 0, 10)
	finds("3", "test.new", 500)
	s.store = c
	s.restart()
	wantHeld := func(want map[string]string) {
		t.Helper()
		s.pass(2 * time.Hour)
		held, err := s.e.Surges(t.Context())
		s.must(err)
		if fmt.Sprint(held) != fmt.Sprint(want) {
			t.Errorf("held %v, want %v", held, want)
		}
	}
	wantHeld(map[string]string{"test.surges": "11 new suspects on " + s.now().UTC().Format(time.DateOnly) + ", where 0 are usual and 10 are the most that is believed"})
	brakes, err := s.store.Brakes(t.Context())
	s.must(err)
	if len(brakes) != 1 || brakes[0].Scope != gate.SurgeOf("test.surges") || brakes[0].By != "riposte" {
		t.Fatalf("brakes: %+v", brakes)
	}
	was, err := s.store.Release(t.Context(), s.now(), gate.SurgeOf("test.surges"), "sam")
	s.must(err)
	wantHeld(map[string]string{})
	if brakes, err = s.store.Brakes(t.Context()); !was || err != nil || len(brakes) != 0 {
		t.Errorf("held again, though a person has released it: %+v, %v", brakes, err)
	}
}

// What is mended at once waits until the sweep that found it has ended and was held against the days before: by a process that finds out for
// itself, with no round of sweeps of its own.
func TestAMendWaitsUntilItsSweepWasJudged(t *testing.T) {
	for _, c := range []struct {
		story string
		begun int // what the whole sweep found, as it ends
		state ledger.State
		steps string
		world string
	}{
		{"as many as ever", 3, ledger.Verified, "done", "here true, told false, locked true"},
		{"suddenly many", 300, ledger.Held, "hold", "here true, told false, locked false"},
	} {
		t.Run(c.story, func(t *testing.T) {
			s, a := sweeping(t, locks())
			store := &crowdedStore{atticStore: atticStore{s.store, a}}
			s.store = store
			s.restart()
			for _, d := range []string{"2030-01-05", "2030-01-06", "2030-01-07"} {
				tally := ledger.Tally{Listed: 900, Suspects: 600, Begun: 3}
				store.duties = append(store.duties, ledger.Duty{Day: d, Account: ireland.Account, Ended: s.now(), Tallies: map[string]ledger.Tally{"test.lock": tally}})
			}
			today := &store.duties[2]
			today.Ended, today.Tallies = time.Time{}, nil
			s.sweep(a)
			s.pass(30 * time.Minute)
			s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
			if got := s.only("test.lock"); got.Reason != "surge: whether the sweep 2030-01-07/111122223333 found more than usual is known once it has ended" || got.Version > 20 {
				t.Errorf("%s, version %d", got.Reason, got.Version)
			}
			today.Ended, today.Tallies = s.now(), map[string]ledger.Tally{"test.lock": {Listed: 900, Suspects: 600, Begun: c.begun}}
			s.pass(time.Hour)
			s.tells(a, c.state, c.steps, c.world)
		})
	}
}

// A sweep of which the ledger knows nothing may still go on; one of long ago holds nothing.
func TestASweepThatIsNotKnownIsNotJudged(t *testing.T) {
	for _, c := range []struct {
		duty  string
		state ledger.State
	}{
		{"2030-01-06/111122223333", ledger.Held},
		{"2031-01-06/111122223333", ledger.Held},
		{"yesterday/111122223333", ledger.Held},
		{"2029-12-30/111122223333", ledger.Held},
		{"2029-12-20/111122223333", ledger.Verified},
	} {
		s, a := sweeping(t, locks())
		x := swept("test.lock", junk, "streak/first")
		x.Origin.Sweep, x.Origin.Occurred, x.Origin.Received = c.duty, a.streak.Since, s.now()
		_, err := s.e.Sweep(t.Context(), x)
		s.must(err)
		s.pass(time.Hour)
		if got := s.only("test.lock"); got.State != c.state {
			t.Errorf("%s: %s, %s", c.duty, got.State, got.Reason)
		}
	}
}
