package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sweptDays draws what is there on each day, and how its listing goes: what stands afterwards is what a person would count.
func (suite Suite) sweptDays(t *testing.T, open func(t *testing.T) ledger.Store) {
	suite.check(t, func(rt *rapid.T) {
		s, many := newSweeps(t, open(t)), rapid.IntRange(1, 300).Draw(rt, "resources")
		stand, complete := map[int]ledger.Streak{}, 0
		for range rapid.IntRange(1, 5).Draw(rt, "days") {
			whole := rapid.Bool().Draw(rt, "whole")
			next := complete + 1
			var changes []ledger.StreakChange
			turns := rapid.SliceOfNDistinct(rapid.IntRange(0, many-1), 0, many, rapid.ID[int]).Draw(rt, "turns")
			for _, n := range turns {
				x, there := stand[n]
				switch {
				case !there:
					x = Stale(fmt.Sprintf("snap-%04d", n), s.now)
					stand[n] = asKept(x, next)
					changes = append(changes, begins(x)...)
				case whole:
					delete(stand, n)
					changes = append(changes, ends(x))
				}
			}
			problem := ""
			if whole {
				complete++
			} else {
				problem = "throttled"
			}
			d := s.take("a")
			for range rapid.IntRange(1, 2).Draw(rt, "times") { // an answer may be lost, and the whole be written again
				s.must(s.Swept(s.Context(), d, s.coverage(problem), changes))
			}
			s.must(s.EndDuty(s.Context(), s.now, d))
			s.after(24 * time.Hour)
			var want []ledger.Streak
			for n := range many {
				if x, there := stand[n]; there {
					want = append(want, x)
				}
			}
			got, err := s.Streaks(s.Context(), Snapshots())
			s.must(err)
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatal(diff)
			}
			if c := s.covered(); c.Complete != complete || (c.Error == "") != whole {
				rt.Fatalf("%d complete listings: %+v", complete, c)
			}
		}
		s.mustVerify()
	})
}
