package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

// mortalSweep plays a story of a sweep in which riposte dies once, at the given point.
func mortalSweep(t *testing.T, at int, story func(*stage, *attic)) (end, *reaper) {
	t.Helper()
	s, a := sweeping(t, attics())
	r := &reaper{Store: s.store, at: at}
	a.died = r.point
	s.store = r
	s.restart()
	story(s, a)
	s.whole()
	e := ending(s, a.writes)
	e.World = a.String()
	return e, r
}

func sweepDiesEverywhere(t *testing.T, story func(*stage, *attic)) {
	t.Helper()
	want, lived := mortalSweep(t, 0, story)
	if lived.points < 10 {
		t.Fatalf("only %d points to die at: the story did not happen", lived.points)
	}
	for at := 1; at <= lived.points; at++ {
		got, r := mortalSweep(t, at, story)
		if r.died == "" {
			t.Errorf("point %d was never reached", at)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("died %s (point %d), and it ended otherwise:\n%s", r.died, at, diff)
		}
	}
	t.Logf("died at each of %d points", lived.points)
}

func TestDiesEverywhereFromToldToDeletedAndBack(t *testing.T) {
	sweepDiesEverywhere(t, func(s *stage, a *attic) {
		s.sweep(a)
		s.pass(16 * day)
		s.order(s.only("test.attic"), ledger.Order{Verb: ledger.Undo})
		s.pass(day)
	})
}

func TestDiesEverywhereWhereItIsUsedAgain(t *testing.T) {
	for name, at := range map[string]time.Duration{"before the snapshot": 13 * day, "beside it": 14*day + 10*time.Minute} {
		t.Run(name, func(t *testing.T) {
			sweepDiesEverywhere(t, func(s *stage, a *attic) {
				s.sweep(a)
				s.pass(at)
				a.used = true
				s.pass(20*day - at)
			})
		})
	}
}
