package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// attic is a place in the world that has one volume, which is unused until a story uses it.
type attic struct {
	now                       func() time.Time
	here, used, told, locked  bool
	copied                    time.Time // when its snapshot was begun; zero: it was not
	unlisted, unknown, harmed bool      // the last listing is old; the evidence says nothing; the lock keeps a caller out
	lost                      int       // deleted while it was used, or before its snapshot was whole
	writes                    []string
	died                      func(string) // where a process may die
	streak                    *ledger.Streak
	tags                      map[string]string
	listed                    int
}

var junk = ireland.In("AWS::EC2::Volume", "vol-0junk")

func (a *attic) wrote(what string) {
	a.writes = append(a.writes, what)
	if a.died != nil {
		a.died("after " + what)
	}
}

func (a *attic) String() string {
	return fmt.Sprintf("here %t, told %t, locked %t, copied %t, lost %d, streak %t", a.here, a.told, a.locked, !a.copied.IsZero(), a.lost, a.streak != nil)
}

// atticStore keeps the streak of the attic's volume, and what was listed.
type atticStore struct {
	ledger.Store
	*attic
}

func (a atticStore) Streak(context.Context, string, event.Resource) (*ledger.Streak, error) {
	if a.streak == nil {
		return nil, nil
	}
	s := *a.streak
	return &s, nil
}

func (a atticStore) MarkStreak(_ context.Context, _ time.Time, c ledger.StreakChange) (bool, error) {
	if a.streak == nil || !a.streak.First.Equal(c.Streak.First) {
		return false, nil
	}
	if a.died != nil {
		a.died("before a mark")
	}
	a.streak.Told, a.streak.Case = c.Streak.Told, c.Streak.Case
	if c.Ended {
		a.streak = nil
	}
	if a.died != nil {
		a.died("after a mark")
	}
	return true, nil
}

func (a atticStore) Coverages(context.Context, string) ([]ledger.Coverage, error) {
	last := a.now().Add(-time.Hour)
	if a.unlisted {
		last = a.now().Add(-49 * time.Hour)
	}
	return []ledger.Coverage{{Listing: ledger.Listing{Place: ireland, Kind: junk.Type}, Listed: a.listed, Complete: 40, Last: last}}, nil
}

// Duties say that the sweep of the stories has ended.
func (a atticStore) Duties(context.Context, string) ([]ledger.Duty, error) {
	return []ledger.Duty{{Day: "2030-01-07", Account: ireland.Account, Ended: a.now()}}, nil
}

// atticAWS lets actions reach the attic.
type atticAWS struct {
	engine.AWS
	*attic
}

type atticReads struct {
	access.Reads
	*attic
}

type atticWrites struct {
	access.Writes
	*attic
}

func (a atticAWS) Reads() access.Reads { return atticReads{a.AWS.Reads(), a.attic} }
func (a atticAWS) Writes(do action.Action, with []action.Action, id string) access.Writes {
	return atticWrites{a.AWS.Writes(do, with, id), a.attic}
}

// One type of action for each change: what it wants, and by which action that goes back.
type (
	tell   struct{ Volume event.Resource }
	untell struct{ Volume event.Resource }
	copies struct{ Volume event.Resource }
	remove struct{ Volume event.Resource }
	recall struct{ Volume event.Resource }
	lock   struct{ Volume event.Resource }
	unlock struct{ Volume event.Resource }
)

func atticKinds() []action.Kind {
	return []action.Kind{
		action.Define[tell](action.Kind{Name: "attic.tell", Version: 1, Class: action.Mend, Tier: action.TierTag, Yields: true}), action.Define[untell](action.Kind{Name: "attic.untell", Version: 1, Class: action.Mark, Tier: action.TierTag}),
		action.Define[copies](action.Kind{Name: "attic.copy", Version: 1, Class: action.Mend, Final: "it is kept a year"}),
		action.Define[remove](action.Kind{Name: "attic.remove", Version: 1, Class: action.Destroy}), action.Define[recall](action.Kind{Name: "attic.recall", Version: 1, Class: action.Mend}),
		action.Define[lock](action.Kind{Name: "attic.lock", Version: 1, Class: action.Mend, Yields: true}), action.Define[unlock](action.Kind{Name: "attic.unlock", Version: 1, Class: action.Mend, Yields: true}),
	}
}

func atticAbout(i int, v event.Resource) action.About {
	return action.About{Kind: atticKinds()[i], Target: v}
}

func (a tell) About() action.About   { return atticAbout(0, a.Volume) }
func (a untell) About() action.About { return atticAbout(1, a.Volume) }
func (a copies) About() action.About { return atticAbout(2, a.Volume) }
func (a remove) About() action.About { return atticAbout(3, a.Volume) }
func (a recall) About() action.About { return atticAbout(4, a.Volume) }
func (a lock) About() action.About   { return atticAbout(5, a.Volume) }
func (a unlock) About() action.About { return atticAbout(6, a.Volume) }

// stands is the look of a change that is made or not, of a volume that is there or gone.
func stands(r access.Reads, is func(*attic) bool, back action.Action) (action.Look, error) {
	a := r.(atticReads).attic
	switch {
	case is(a):
		return action.Look{Satisfied: true}, nil
	case !a.here:
		return action.Look{Missing: "the volume is gone"}, nil
	}
	return action.Look{Inverse: back}, nil
}

func (a tell) Look(_ context.Context, r access.Reads) (action.Look, error) {
	return stands(r, func(a *attic) bool { return a.here && a.told }, untell(a))
}
func (a untell) Look(_ context.Context, r access.Reads) (action.Look, error) {
	return stands(r, func(a *attic) bool { return a.here && !a.told }, tell(a))
}
func (a lock) Look(_ context.Context, r access.Reads) (action.Look, error) {
	return stands(r, func(a *attic) bool { return a.here && a.locked }, unlock(a))
}
func (a unlock) Look(_ context.Context, r access.Reads) (action.Look, error) {
	return stands(r, func(a *attic) bool { return a.here && !a.locked }, lock(a))
}

// A snapshot takes twenty minutes.
func (a copies) Look(_ context.Context, r access.Reads) (action.Look, error) {
	at := r.(atticReads)
	if !at.copied.IsZero() && at.now().Before(at.copied.Add(20*time.Minute)) {
		return action.Look{Under: "snapshot 40 %"}, nil
	}
	return stands(r, func(a *attic) bool { return !a.copied.IsZero() }, nil)
}
func (a remove) Look(_ context.Context, r access.Reads) (action.Look, error) {
	return stands(r, func(a *attic) bool { return !a.here }, recall(a))
}
func (a recall) Look(_ context.Context, r access.Reads) (action.Look, error) {
	if r.(atticReads).here {
		return action.Look{Satisfied: true}, nil
	}
	return action.Look{Inverse: remove(a)}, nil
}

func (a tell) Do(_ context.Context, w access.Writes) error {
	w.(atticWrites).told = true
	w.(atticWrites).wrote("tell")
	return nil
}
func (a untell) Do(_ context.Context, w access.Writes) error {
	w.(atticWrites).told = false
	w.(atticWrites).wrote("untell")
	return nil
}
func (a copies) Do(_ context.Context, w access.Writes) error {
	at := w.(atticWrites)
	if at.copied.IsZero() {
		at.attic.copied = at.now()
	}
	at.wrote("copy")
	return nil
}
func (a remove) Do(_ context.Context, w access.Writes) error {
	at := w.(atticWrites)
	if at.used || at.copied.IsZero() || at.now().Before(at.copied.Add(20*time.Minute)) {
		at.attic.lost++
	}
	at.attic.here, at.attic.told = false, false
	at.wrote("remove")
	return nil
}
func (a recall) Do(_ context.Context, w access.Writes) error {
	w.(atticWrites).here = true
	w.(atticWrites).wrote("recall")
	return nil
}
func (a lock) Do(_ context.Context, w access.Writes) error {
	w.(atticWrites).locked = true
	w.(atticWrites).wrote("lock")
	return nil
}
func (a unlock) Do(_ context.Context, w access.Writes) error {
	w.(atticWrites).locked = false
	w.(atticWrites).wrote("unlock")
	return nil
}

func (a lock) Regrets(_ context.Context, r access.Reads) (string, error) {
	switch at := r.(atticReads); {
	case at.unknown:
		return "", playbook.ErrNoEvidence
	case at.harmed:
		return "calls are rejected", nil
	}
	return "", nil
}

// attics finds volumes that were not used for a month, tells of them, and deletes them two weeks later, behind a snapshot.
func attics() playbook.Spec[struct{}, string] {
	return playbook.Spec[struct{}, string]{
		ID: "test.attic", Severity: playbook.Low, Concern: playbook.Cost,
		Changes: func(struct{}) []action.Kind { return atticKinds() },
		Ripe: func(s playbook.Streak, _ string, now time.Time, _ struct{}) bool {
			return s.For(now) >= month && s.Seen >= 7
		},
		Check: func(_ context.Context, in playbook.In, s playbook.Suspect[string], _ struct{}) ([]playbook.Suspect[string], error) {
			a := in.AWS.(atticReads)
			if in.Streak == nil {
				return nil, fmt.Errorf("a sweep's check without a streak")
			}
			if a.unknown {
				return nil, fmt.Errorf("the event history: %w", playbook.ErrNoEvidence)
			}
			if a.used || !a.here {
				return nil, nil
			}
			s.Tags = a.tags
			return []playbook.Suspect[string]{s}, nil
		},
		Plan: func(s playbook.Suspect[string], _ struct{}) action.Plan {
			kept, gone := action.Try(copies{s.Resource}).Required(), action.Try(remove{s.Resource})
			kept.After, gone.After = 14*day, 14*day
			return action.Plan{Steps: []action.Step{action.Try(tell{s.Resource}), kept, gone}}
		},
	}
}

const day = 24 * time.Hour

// locks finds volumes that are open, and locks them: what is mended by it yields, and may be regretted.
func locks() playbook.Spec[struct{}, string] {
	s := attics()
	s.ID = "test.lock"
	s.Plan = func(s playbook.Suspect[string], _ struct{}) action.Plan {
		return action.Plan{Steps: []action.Step{action.Try(lock{s.Resource})}}
	}
	return s
}

// sweeping is a stage with an attic in it, and the streak of its volume, which is ripe.
func sweeping(t testing.TB, spec playbook.Spec[struct{}, string]) (*stage, *attic) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	s := setOn(t, shop, store, world.Options{}, playbook.Define(spec))
	a := &attic{now: s.now, here: true, listed: 1000}
	a.found(spec.ID)
	s.aws, s.store, s.kinds = atticAWS{s, a}, atticStore{s.store, a}, atticKinds()
	s.policy.Limits.Sweep.Playbook, s.policy.Limits.Sweep.Share = 20, 10
	s.restart()
	return s, a
}

// found has a streak begin 40 days ago.
func (a *attic) found(book string) {
	first := a.now().Add(-40 * day)
	a.streak = &ledger.Streak{Playbook: book, Kind: junk.Type, Resource: junk, Since: first, First: first, Sweep: 1}
}

// sweep hands over what a sweep finds of the attic today.
func (s *stage) sweep(a *attic) ledger.Admission {
	s.Helper()
	if a.streak == nil {
		s.Fatal("nothing to find: the streak has ended")
	}
	x := swept(a.streak.Playbook, junk, "streak/"+a.streak.First.String())
	x.Origin.Occurred, x.Origin.Received = a.streak.Since, s.now()
	ads, err := s.e.Sweep(s.Context(), x)
	s.must(err)
	return ads[0]
}

// tells wants how a case stands, and the attic.
func (s *stage) tells(a *attic, state ledger.State, stepped, world string) {
	s.Helper()
	cases, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	c := cases[len(cases)-1]
	if c.State != state || steps(c) != stepped || !strings.HasPrefix(a.String(), world) {
		s.Errorf("%s: %s; %s\n want %s: %s; %s\nreason %q, paged %q\n%s", c.State, steps(c), a, state, stepped, world, c.Reason, c.Paged, s.history(c))
	}
}
