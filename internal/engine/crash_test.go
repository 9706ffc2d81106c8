package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// reaper ends the process at one point of its life: before a commit, after it, or after a change took effect. It ends the
// goroutine, which nothing in the engine can catch.
type reaper struct {
	ledger.Store
	points int // passed so far
	at     int // to die at; 0: never
	died   string
}

func (r *reaper) point(what string) {
	r.points++
	if r.points == r.at {
		r.died = what
		runtime.Goexit()
	}
}

func (r *reaper) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	r.point("before a commit: " + strings.Join(w.Notes, ", "))
	err := r.Store.Commit(ctx, c, w)
	r.point("after a commit: " + strings.Join(w.Notes, ", "))
	return err
}

// end is how a story ended, in all that must not depend on where riposte died.
type end struct {
	Cases   []string
	Effects []string
	Writes  []string // riposte's changes, in order
	World   string
}

// mortal plays a story in which riposte dies once, at the given point, and is started again.
func mortal(t *testing.T, at int, books []playbook.Definition, story func(*stage)) (end, *reaper) {
	t.Helper()
	r := &reaper{at: at}
	var writes []string
	var s *stage
	s = set(t, world.Options{AfterCall: func(service, op string) error {
		if !s.acting {
			return nil
		}
		if changes(op) {
			writes = append(writes, service+"."+op)
			r.point("after " + op)
		}
		return nil
	}}, books...)
	r.Store = s.store
	s.store = r
	s.restart()
	story(s)
	s.whole()
	return ending(s, writes), r
}

func changes(op string) bool {
	for _, prefix := range []string{"Describe", "Get", "List", "Lookup"} {
		if strings.HasPrefix(op, prefix) {
			return false
		}
	}
	return true
}

func ending(s *stage, writes []string) end {
	s.Helper()
	e := end{Writes: writes, World: fmt.Sprintf("%d suspended, %d foreign", suspendedProcesses(s), foreigners(s))}
	cases, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	for _, c := range cases {
		e.Cases = append(e.Cases, fmt.Sprintf("%s of %s: %s: %s", c.Playbook, c.Root, c.State, steps(c)))
	}
	effects, err := s.store.Effects(s.Context())
	s.must(err)
	for _, f := range effects {
		name := f.Key
		for i, c := range cases {
			name = strings.ReplaceAll(name, c.ID, fmt.Sprintf("case %d", i))
		}
		e.Effects = append(e.Effects, fmt.Sprintf("%s held by %d", name, len(f.Owners)))
	}
	slices.Sort(e.Effects)
	return e
}

// diesEverywhere plays a story once without dying, then once for every point in it, and wants the same end each time.
func diesEverywhere(t *testing.T, books []playbook.Definition, story func(*stage)) {
	t.Helper()
	want, lived := mortal(t, 0, books, story)
	if lived.points < 10 {
		t.Fatalf("only %d points to die at: the story did not happen", lived.points)
	}
	for at := 1; at <= lived.points; at++ {
		got, r := mortal(t, at, books, story)
		if r.died == "" {
			t.Errorf("point %d was never reached", at)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("died %s (point %d), and it ended otherwise:\n%s", r.died, at, diff)
		}
	}
	t.Logf("died at each of %d points", lived.points)
}

func TestDiesEverywhereInAGroupAndBack(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{launches()}, func(s *stage) {
		panicError(s)
		s.pass(5 * time.Minute)
		want(s, 1) // so that the group, let loose, does not launch the next
		s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Undo})
		s.pass(5 * time.Minute)
	})
}

func TestDiesEverywhereOnALadder(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{ladders()}, func(s *stage) {
		unprotect(s, mallory)
		s.pass(5 * time.Minute)
		s.order(s.only("test.ladder"), ledger.Order{Verb: ledger.Undo})
		s.pass(5 * time.Minute)
	})
}

// One case looks for all that stand on a deny that is emptied; a process that dies on the way has told none or some.
func TestDiesEverywhereOnASharedDeny(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{denies("test.denies-1", "alice"), denies("test.denies-2", "alice")}, func(s *stage) {
		_, err := administrator(s).CreateUser(s.Context(), &iam.CreateUserInput{UserName: aws.String("alice")})
		s.must(err)
		unprotect(s, mallory)
		s.pass(5 * time.Minute)
		edit(s, everything)
		s.pass(5 * time.Minute)
	})
}

// The same attack again, later: the plan that stands is extended.
func TestDiesEverywhereWhereAPlanIsExtended(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{revokes()}, func(s *stage) {
		for range 2 {
			unprotect(s, nadia(s))
			s.pass(20 * time.Minute)
		}
	})
}

// It died in the middle of a change, and is told to take the case back while a brake is on: the change may have been made, so
// the case is not undone before an operator could look.
func TestWhatWasBegunIsTakenBackBehindABrake(t *testing.T) {
	r := &reaper{}
	s := set(t, world.Options{AfterCall: func(_, op string) error {
		if op == "SuspendProcesses" {
			r.point("after " + op)
		}
		return nil
	}}, launches())
	r.Store, s.store = s.store, r
	s.restart()
	panicError(s)
	r.at = 3 // before and after the intent's commit, and after the call
	s.pass(10 * time.Second)
	if r.died != "after SuspendProcesses" || suspendedProcesses(s) == 0 {
		t.Fatalf("died %q", r.died)
	}
	c := s.only("test.launch")
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(3 * time.Minute)
	if c = s.load(c.ID); c.State != ledger.Undoing || suspendedProcesses(s) == 0 {
		t.Errorf("behind the brake: %s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	_, err := s.store.Release(t.Context(), s.w.Now(), "all", "sam")
	s.must(err)
	s.pass(3 * time.Minute)
	if c = s.load(c.ID); c.State != ledger.Undone || suspendedProcesses(s) != 0 {
		t.Errorf("in the end: %s, %d processes suspended\n%s", c.State, suspendedProcesses(s), s.history(c))
	}
	s.whole()
}
