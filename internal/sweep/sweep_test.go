package sweep_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

func TestAVolumeLiesThereForAWeek(t *testing.T) {
	s := newStage(t)
	s.rule = func(k playbook.Streak) bool { return k.Seen >= 7 }
	created := s.now.Add(-40 * day)
	s.things[in("eu-west-1")] = []thing{{id: "vol-1", idle: true, since: created}, {id: "vol-2"}, {id: "vol-3", idle: true}}
	first := s.now
	for n := 1; n <= 7; n++ {
		if len(s.ripe) > 0 {
			t.Fatalf("a case on day %d", n-1)
		}
		s.sweeps("waste.one")
		s.now = s.now.Add(day)
	}
	if len(s.ripe) != 2 || s.ripe[0].Suspect.Resource.ID != "vol-1" || s.ripe[1].Suspect.Resource.ID != "vol-3" {
		t.Fatalf("ripe: %+v", s.ripe)
	}
	if k := s.ripe[0].Streak; !k.Since.Equal(created) || !k.First.Equal(first) || k.Seen != 7 {
		t.Errorf("streak %+v", k)
	}
	if k := s.ripe[1].Streak; !k.Since.Equal(first) {
		t.Errorf("without a proof it begins with its first sight, not %v", k.Since)
	}
	if s.memory.written != 2 {
		t.Errorf("%d rows for two streaks that only went on", s.memory.written)
	}
}

func TestWhatWasUsedIsSparedAndBeginsAnew(t *testing.T) {
	s := newStage(t)
	here := in("eu-west-1")
	s.things[here] = []thing{{id: "vol-1", idle: true}, {id: "vol-2", idle: true}}
	s.sweeps("waste.one")
	s.now = s.now.Add(day)
	s.things[here][0].idle = false
	if s.sweeps("waste.one"); s.memory.coverages[listing("eu-west-1")].Broken != 1 {
		t.Errorf("coverage %+v", s.memory.coverages[listing("eu-west-1")])
	}
	if _, is := s.streak(t, "eu-west-1", "vol-1"); is {
		t.Error("the streak of a volume in use goes on")
	}
	s.now = s.now.Add(day)
	s.things[here][0].idle = true
	s.sweeps("waste.one")
	if k, _ := s.streak(t, "eu-west-1", "vol-1"); !k.Since.Equal(s.now) || k.Seen != 1 {
		t.Errorf("used yesterday: %+v", k)
	}
	if k, _ := s.streak(t, "eu-west-1", "vol-2"); k.Seen != 3 {
		t.Errorf("never used: %+v", k)
	}
}

// An instance that ran for an hour on a Sunday looks the same on Saturday and on Monday, but for AWS's own time.
func TestUseBetweenTwoSweepsShowsInAWSsOwnTime(t *testing.T) {
	s := newStage(t)
	here := in("eu-west-1")
	s.things[here] = []thing{{id: "i-1", idle: true, since: s.now.Add(-30 * day)}}
	s.sweeps("waste.one")
	s.now = s.now.Add(day)
	stopped := s.now.Add(-2 * time.Hour)
	s.things[here][0].since = stopped
	s.sweeps("waste.one")
	if k, _ := s.streak(t, "eu-west-1", "i-1"); !k.Since.Equal(stopped) || k.Seen != 1 || !k.First.Equal(s.now) {
		t.Errorf("streak %+v, want one since %v", k, stopped)
	}
}

func TestAListingThatBreaksBeginsStreaksAndBreaksNone(t *testing.T) {
	s := newStage(t)
	here := in("eu-west-1")
	s.things[here] = []thing{{id: "a"}, {id: "b"}, {id: "c", idle: true}, {id: "d", idle: true}}
	s.sweeps("waste.one")
	s.now = s.now.Add(day)
	s.things[here][0].idle, s.things[here][2].idle = true, false
	s.broken[here] = 2
	d := s.sweeps("waste.one")
	c := s.memory.coverages[listing("eu-west-1")]
	if c.Error != "the connection broke" || c.Begun != 1 || c.Broken != 0 || c.Complete != 1 || c.Last.Equal(s.now) {
		t.Errorf("coverage %+v", c)
	}
	if !strings.Contains(d.Error, "eu-west-1: instance: the connection broke") {
		t.Errorf("the duty says %q", d.Error)
	}
	for _, id := range []string{"a", "c", "d"} {
		if _, is := s.streak(t, "eu-west-1", id); !is {
			t.Errorf("%s has no streak", id)
		}
	}
}

func TestOneRegionIsDeniedAndTheOthersGoOn(t *testing.T) {
	s := newStage(t)
	s.denied[in("eu-west-1")] = true
	s.things[in("us-east-1")] = []thing{{id: "a", idle: true}}
	d := s.sweeps("waste.one")
	if d.Error != "eu-west-1: instance: "+errDenied.Error() {
		t.Errorf("the duty says %q", d.Error)
	}
	if _, is := s.streak(t, "us-east-1", "a"); !is {
		t.Error("the other region was not listed")
	}
}

func TestAnAccountThatCannotBeEnteredIsNamed(t *testing.T) {
	s := newStage(t)
	o := s.options("waste.one")
	o.Regions = func(context.Context, string) ([]string, error) { return nil, errDenied }
	d, _, err := sweep.New(o).Account(t.Context(), "2026-11-30", shop, sweep.Scope{}, nil)
	if !errors.Is(err, sweep.ErrRegions) || !s.memory.duties[d.Name()].Ended.IsZero() || !strings.Contains(d.Error, "AccessDenied") || !strings.Contains(d.Error, shop) {
		t.Errorf("%q, %v", d.Error, err)
	}
}

func TestATypeIsListedOnceForAllPlaybooks(t *testing.T) {
	s := newStage(t)
	s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}}
	s.sweeps("waste.one", "waste.two")
	if s.lists != 2 {
		t.Errorf("%d listings of two places", s.lists)
	}
	if n := len(s.memory.streaks[listing("eu-west-1")]); n != 2 {
		t.Errorf("%d streaks, want one for each playbook", n)
	}
}

// Killed before or after any commit, the process that takes the duty over comes to the same end, and lists nothing twice that is in the ledger.
func TestKilledBetweenAnyTwoCommits(t *testing.T) {
	for dies := 1; dies <= 5; dies++ {
		s := newStage(t)
		s.rule = func(playbook.Streak) bool { return true }
		s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}, {id: "b", idle: true}}
		s.things[in("us-east-1")] = []thing{{id: "c", idle: true}}
		s.memory.dies = dies
		_, _, err := sweep.New(s.options("waste.one")).Account(t.Context(), "2026-11-30", shop, sweep.Scope{}, nil)
		if err != nil && !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		covered := len(s.memory.coverages)
		s.memory.dies, s.lists, s.now = 0, 0, s.now.Add(time.Hour)
		if s.sweeps("waste.one"); s.memory.duties["2026-11-30/"+shop].Ended.IsZero() {
			t.Errorf("killed at %d: the duty was not ended", dies)
		}
		if s.lists != 2-covered {
			t.Errorf("killed at %d: %d listings, where %d were in the ledger", dies, s.lists, covered)
		}
		for _, x := range []struct{ region, id string }{{"eu-west-1", "a"}, {"eu-west-1", "b"}, {"us-east-1", "c"}} {
			if k, is := s.streak(t, x.region, x.id); !is || k.Seen != 1 {
				t.Errorf("killed at %d: %s %+v", dies, x.id, k)
			}
			if !slices.ContainsFunc(s.ripe, func(r sweep.Ripe) bool { return r.Suspect.Resource == in(x.region).In(event.Instance, x.id) }) {
				t.Errorf("killed at %d: %s was never opened", dies, x.id)
			}
		}
	}
}

func TestTwoReplicasOnOneDay(t *testing.T) {
	s := newStage(t)
	s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}}
	s.sweeps("waste.one")
	o := s.options("waste.one")
	o.Name = "two"
	if _, free, err := sweep.New(o).Account(t.Context(), "2026-11-30", shop, sweep.Scope{}, nil); free || err != nil {
		t.Errorf("a duty that is done is free: %v, %v", free, err)
	}
	if s.lists != 2 {
		t.Errorf("%d listings of two places", s.lists)
	}
}

func TestWhatATagKeepsIsNoCase(t *testing.T) {
	s := newStage(t)
	s.rule = func(playbook.Streak) bool { return true }
	s.things[in("eu-west-1")] = []thing{
		{id: "dated", idle: true, tags: map[string]string{"riposte:keep": "2026-12-02"}},
		{id: "lasting", idle: true, tags: map[string]string{"riposte:keep": "true"}},
		{id: "odd", idle: true, tags: map[string]string{"riposte:keep": "\x1b[31mfor ever"}},
	}
	ripe := func() (ids string) {
		s.ripe = nil
		s.sweeps("waste.one")
		for _, r := range s.ripe {
			ids += r.Suspect.Resource.ID + " "
		}
		s.now = s.now.Add(day)
		return ids
	}
	first := s.now
	for n, want := range []string{"", "", "", "dated "} {
		if got := ripe(); got != want {
			t.Errorf("day %d: %q, want %q", n, got, want)
		}
	}
	s.things[in("eu-west-1")][0].tags = map[string]string{"riposte:keep": "true"} // a tag that was there was another
	for s.now.Before(first.Add(30 * day)) {
		if got := ripe(); got != "" {
			t.Fatalf("on %v: %q", s.now, got)
		}
	}
	if got := ripe(); got != "lasting odd " {
		t.Errorf("after a month: %q", got)
	}
	for range 3 {
		ripe()
	}
	if got := ripe(); got != "dated lasting odd " {
		t.Errorf("a month after the tag without a date: %q", got)
	}
}

// A date that never comes keeps for a year, from when it was first seen.
func TestAFarDateKeepsForAYear(t *testing.T) {
	s := newStage(t)
	s.rule = func(playbook.Streak) bool { return true }
	s.things[in("eu-west-1")] = []thing{{id: "a", idle: true, tags: map[string]string{"riposte:keep": "9999-12-31"}}}
	end := s.now.Add(365 * day)
	for ; s.now.Before(end); s.now = s.now.Add(5 * day) {
		if s.sweeps("waste.one"); len(s.ripe) > 0 {
			t.Fatalf("asked about on %v", s.now)
		}
	}
	if s.sweeps("waste.one"); len(s.ripe) != 1 {
		t.Error("not asked about after a year")
	}
}

// What was not looked at for more than a week may have been used meanwhile.
func TestAStreakDoesNotOutliveAPause(t *testing.T) {
	for name, c := range map[string]struct {
		pause   time.Duration
		between string // the playbook that is swept meanwhile, each day
		seen    int
	}{
		"six days without a sweep":                {6 * day, "", 4},
		"two months without a sweep":              {60 * day, "", 1},
		"two months out of the catalogue":         {60 * day, "waste.two", 1},
		"two months with a sweep each day, of it": {60 * day, "waste.one", 63},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}}
			for range 3 {
				s.sweeps("waste.one")
				s.now = s.now.Add(day)
			}
			for end := s.now.Add(c.pause - day); s.now.Before(end); s.now = s.now.Add(day) {
				if c.between != "" {
					s.sweeps(c.between)
				}
			}
			s.sweeps("waste.one")
			for key, k := range s.memory.streaks[listing("eu-west-1")] {
				if got := k.Seen(s.memory.coverages[listing("eu-west-1")]).Seen; k.Playbook == "waste.one" && got != c.seen {
					t.Errorf("%s was seen %d times, want %d", key, got, c.seen)
				}
			}
		})
	}
}

func TestAnEmptyPlaceIsListedEachSeventhDay(t *testing.T) {
	s := newStage(t)
	s.things[in("eu-west-1")] = []thing{{id: "a"}}
	var days []int
	for n := range 12 {
		before := s.memory.coverages[listing("us-east-1")].Duty
		s.sweeps("waste.one")
		if s.memory.coverages[listing("us-east-1")].Duty != before {
			days = append(days, n)
		}
		s.now = s.now.Add(day)
	}
	want := []int{0, 1, 2, 9}
	if len(days) != len(want) || days[3] != 9 {
		t.Errorf("listed on days %v, want %v", days, want)
	}
	if c := s.memory.coverages[listing("eu-west-1")]; c.Complete != 12 {
		t.Errorf("the place that is not empty was listed on %d days", c.Complete)
	}
}

// What each place has, whatever lies there, is listed each day and leaves the place empty.
func TestWhatEachPlaceHasKeepsNoneFromBeingQuiet(t *testing.T) {
	s := newStage(t)
	o := s.options("waste.one")
	one := inventory.Type[int]{
		Kind: event.Setting, Everywhere: true, ID: func(int) string { return "us-east-1" },
		Pages: func(context.Context, access.Reads, event.Place) iter.Seq2[[]int, error] {
			return func(yield func([]int, error) bool) { yield([]int{1}, nil) }
		},
	}
	b, err := playbook.Define(playbook.Spec[struct{}, facts]{
		ID: "hardening.one", Title: "Setting", Severity: playbook.Low,
		Lists: []playbook.Listing[struct{}, facts]{playbook.List(one, func(event.Resource, int, struct{}) *playbook.Listed[facts] { return nil })},
		Ripe:  func(playbook.Streak, facts, time.Time, struct{}) bool { return false },
	}).Default()
	if err != nil {
		t.Fatal(err)
	}
	o.Playbooks = append(o.Playbooks, b)
	for range 6 {
		if _, _, err := sweep.New(o).Account(t.Context(), s.now.Format(time.DateOnly), shop, sweep.Scope{}, nil); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(day)
	}
	setting := ledger.Listing{Place: in("us-east-1"), Kind: event.Setting}
	if things, settings := s.memory.coverages[listing("us-east-1")], s.memory.coverages[setting]; things.Complete != 3 || settings.Complete != 6 {
		t.Errorf("an empty place was listed on %d days, its settings on %d, want 3 and 6", things.Complete, settings.Complete)
	}
}

func TestAClockThatJumps(t *testing.T) {
	s := newStage(t)
	s.things[in("eu-west-1")] = []thing{{id: "a", idle: true}}
	s.sweeps("waste.one")
	first := s.now
	for range 5 {
		s.now = first.Add(5 * day)
		s.sweeps("waste.one")
		s.memory.duties = map[string]ledger.Duty{}
		s.now = first
		s.sweeps("waste.one")
		s.memory.duties = map[string]ledger.Duty{}
	}
	if k, _ := s.streak(t, "eu-west-1", "a"); k.Seen > 2 || k.Since.After(k.First) || !k.First.Equal(first) {
		t.Errorf("two days were seen: %+v", k)
	}
}
