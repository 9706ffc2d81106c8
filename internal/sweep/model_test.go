package sweep_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/sweep"
)

// saw is one listing that reached the ledger.
type saw struct {
	at       time.Time
	day      string
	complete bool
	idle     map[string]bool // of what was read
}

// expected is what the listings so far say of a thing, told from their whole history: nothing is carried from one to the next.
func expected(history []saw, id string) (first time.Time, seen int, is bool) {
	counted, highest := map[int]bool{}, ""
	for n, h := range history {
		if h.complete && h.day > highest {
			highest, counted[n] = h.day, true
		}
	}
	begun := len(history)
	var last time.Time // of the last complete listing
	for n, h := range history {
		stands := begun < len(history)
		if stands && h.idle[id] && h.at.Sub(history[begun].at) > 7*day && h.at.Sub(last) > 7*day {
			begun = n // it was not looked at for a week
		} else if !stands && h.idle[id] {
			begun = n
		} else if h.complete && !h.idle[id] {
			begun = len(history)
		}
		if h.complete {
			last = h.at
		}
	}
	if begun == len(history) {
		return first, 0, false
	}
	if history[begun].complete {
		seen = 1 // its first sighting counts, whatever was listed before on that day
	}
	for n := begun + 1; n < len(history); n++ {
		if counted[n] {
			seen++
		}
	}
	return history[begun].at, seen, true
}

// Listings come complete and broken, clocks jump, processes die: streaks are what the history of all listings says.
func TestStreaksFollowTheHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t)
		here, ids := in("eu-west-1"), []string{"a", "b", "c", "d", "e", "f", "g"}
		var history []saw
		for range rapid.IntRange(1, 15).Draw(t, "listings") {
			s.now = s.now.Add(time.Duration(rapid.SampledFrom([]int{24, 24, 24, 1, 48, -30, 720}).Draw(t, "hours"))*time.Hour + time.Second)
			s.things[here] = nil
			for _, id := range ids {
				if rapid.IntRange(0, 3).Draw(t, id) > 0 {
					s.things[here] = append(s.things[here], thing{id: id, idle: rapid.IntRange(0, 4).Draw(t, id+" idle") > 0})
				}
			}
			s.broken[here] = rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "breaks at page")
			s.memory.dies, s.memory.commits = rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "dies"), 0
			day, before := s.now.Format(time.DateOnly), s.memory.coverages[listing("eu-west-1")]
			if d := s.memory.duties[day+"/"+shop]; !d.Ended.IsZero() {
				delete(s.memory.duties, day+"/"+shop) // once more: coverage of this duty is there, and nothing is listed
			}
			_, _, err := sweep.New(s.options("waste.one")).Account(t.Context(), day, shop, sweep.Scope{Region: "eu-west-1"}, nil)
			if err != nil && !errors.Is(err, errDead) {
				t.Fatal(err)
			}
			if after := s.memory.coverages[listing("eu-west-1")]; after.Duty != before.Duty || !after.Ended.Equal(before.Ended) {
				history = append(history, saw{s.now, day[:len(time.DateOnly)], after.Error == "", readable(s, here)})
			}
			for _, id := range ids {
				first, seen, is := expected(history, id)
				k, has := s.memory.streaks[listing("eu-west-1")][fmt.Sprint("waste.one", here.In("AWS::EC2::Instance", id))]
				if has != is {
					t.Fatalf("%s has a streak: %v, want %v; history %+v", id, has, is, history)
				}
				if got := k.Seen(s.memory.coverages[listing("eu-west-1")]); has && (!got.First.Equal(first) || got.Seen != max(1, seen) || got.Since.After(got.First)) {
					t.Fatalf("%s: %+v, want since %v, seen %d; history %+v", id, got, first, seen, history)
				}
			}
		}
	})
}

// readable is what a listing reads before it breaks, and which of it is idle.
func readable(s *stage, at event.Place) map[string]bool {
	all := s.things[at]
	if breaks := s.broken[at]; breaks > 0 {
		all = all[:min(len(all), (breaks-1)*perPage)]
	}
	idle := map[string]bool{}
	for _, x := range all {
		if x.idle {
			idle[x.id] = true
		}
	}
	return idle
}
