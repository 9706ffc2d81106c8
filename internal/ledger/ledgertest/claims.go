package ledgertest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func rivals(s *stage) {
	id := s.open("i-1")
	var wg sync.WaitGroup
	won := make(chan *ledger.Claim, 8)
	for range cap(won) {
		wg.Go(func() {
			c, err := s.Claim(s.Context(), s.now, "replica", time.Minute)
			if err != nil {
				s.Error(err)
			}
			if c != nil {
				won <- c
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		s.Fatalf("%d replicas got the case", len(won))
	}
	if c := <-won; c.Case.ID != id || !c.Until.Equal(s.now.Add(time.Minute)) {
		s.Errorf("claimed %s until %s", c.Case.ID, c.Until)
	}
}

func takeover(s *stage) {
	id := s.open("i-1")
	dead := s.mustClaim("dead", id).Case
	s.after(59 * time.Second)
	s.claimsNothing("b")
	s.after(time.Second)
	alive := s.mustClaim("b", id).Case
	if err := s.commit(dead, ledger.Acting, 0, ledger.Write{}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("the holder of a lease that is another's committed: %v", err)
	}
	s.must(s.commit(alive, ledger.Acting, 0, ledger.Write{}))
	s.claimsNothing("c")
	s.must(s.commit(alive, ledger.Acting, 0, ledger.Write{EndsLease: true}))
	s.mustClaim("c", id)
}

func yielded(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	s.send(id, order(ledger.Undo, "o-1"))
	if err := s.commit(c, ledger.Dismissed, never, ledger.Write{EndsLease: true}); !errors.Is(err, ledger.ErrJoined) {
		s.Fatal(err)
	}
	s.claimsNothing("b")
	s.must(s.Yield(s.Context(), c))
	next := s.mustClaim("b", id)
	if keys(next.Inbox) != "[o-1]" || next.Case.Attempts != 1 {
		s.Errorf("taken over with %s, attempt %d", keys(next.Inbox), next.Case.Attempts)
	}
	s.must(s.Yield(s.Context(), c)) // it is another's now
	s.claimsNothing("c")
	s.mustVerify()
}

func urgent(s *stage) {
	report, check, asked, act := s.open("i-1"), s.open("i-2"), s.open("i-3"), s.open("i-4")
	for _, x := range []struct {
		id    string
		state ledger.State
	}{{report, ledger.Dismissed}, {check, ledger.Contained}, {asked, ledger.Asked}, {act, ledger.Acting}} {
		c := s.mustClaim("a", x.id).Case
		c.Report.Wanted = 1
		s.must(s.commit(c, x.state, time.Minute, ledger.Write{EndsLease: true}))
		s.after(time.Second)
	}
	s.after(time.Hour)
	suspect := s.open("i-5")
	s.send(report, order(ledger.Undo, "o-1"))
	var got []string
	for c := s.claim("b"); c != nil; c = s.claim("b") {
		got = append(got, c.Case.ID)
	}
	if d := cmp.Diff([]string{report, act, suspect, check, asked}, got); d != "" {
		s.Fatal(d)
	}
}

func attempts(s *stage) {
	id := s.open("i-1")
	for want := 1; want <= 3; want++ {
		if c := s.mustClaim("a", id).Case; c.Attempts != want {
			s.Fatalf("%d attempts, want %d", c.Attempts, want)
		}
		s.after(time.Minute)
	}
	c := s.mustClaim("a", id).Case
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{EndsLease: true}))
	if c.Attempts != 0 || s.load(id).Attempts != 0 {
		s.Errorf("%d attempts after a commit", c.Attempts)
	}
}

func next(s *stage) {
	expect := func(want time.Time) {
		s.Helper()
		got, err := s.Next(s.Context())
		s.must(err)
		if !got.Equal(want) {
			s.Fatalf("next is %s, want %s", got, want)
		}
	}
	expect(time.Time{})
	id := s.open("i-1")
	expect(s.now)
	c := s.mustClaim("a", id).Case
	expect(s.now.Add(time.Minute)) // when the lease ends
	s.must(s.commit(c, ledger.Contained, 5*time.Second, ledger.Write{EndsLease: true}))
	expect(s.now.Add(5 * time.Second))
	s.send(id, order(ledger.Undo, "o-1"))
	expect(s.now)
	c = s.mustClaim("a", id).Case
	s.must(s.commit(c, ledger.Undone, never, ledger.Write{EndsLease: true, Taken: []string{"o-1"}}))
	expect(time.Time{})
}

func stale(s *stage) {
	id := s.open("i-1")
	mine, theirs := s.load(id), s.load(id)
	s.must(s.commit(theirs, ledger.Acting, 0, ledger.Write{}))
	version := mine.Version
	if err := s.commit(mine, ledger.Dismissed, never, ledger.Write{}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("an older case was committed: %v", err)
	}
	if mine.Version != version || s.load(id).State != ledger.Acting {
		s.Error("a refused commit changed something")
	}
	s.must(s.commit(theirs, ledger.Contained, time.Second, ledger.Write{}))
	if err := s.commit(&ledger.Case{ID: "c_none"}, ledger.Acting, 0, ledger.Write{}); !errors.Is(err, ledger.ErrNotFound) {
		s.Errorf("a case that never was: %v", err)
	}
}

func timeless(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	for _, state := range []ledger.State{ledger.Suspected, ledger.Asked, ledger.Held, ledger.Acting, ledger.Contained, ledger.Undoing} {
		if err := s.commit(c, state, never, ledger.Write{}); err == nil {
			s.Errorf("%s without a due time", state)
		}
	}
	c.Report.Wanted = 1
	if err := s.commit(c, ledger.Verified, never, ledger.Write{}); err == nil {
		s.Error("a report is owed, and would not be sent")
	}
	if err := s.Commit(s.Context(), c, ledger.Write{}); err == nil {
		s.Error("a commit without a time")
	}
}

func newer(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("newer", id).Case
	c.Schema = ledger.Schema + 1
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{EndsLease: true}))
	s.claimsNothing("older")
	if at, err := s.Next(s.Context()); err != nil || !at.IsZero() {
		s.Errorf("next is %s, %v: nothing here is for an older riposte", at, err)
	}
	if err := s.commit(s.load(id), ledger.Dismissed, never, ledger.Write{}); !errors.Is(err, ledger.ErrNewer) {
		s.Errorf("an older riposte wrote a newer case: %v", err)
	}
	if a := s.admit(Lead("e-2", "i-1"))[0]; a.Case != id {
		s.Errorf("a lead for the newer case: %+v", a)
	}
}

// A case that is opened for a holder is claimed: what its holder has is what the next one reads, and no other has it before
// the lease ends.
func inHand(s *stage) {
	a, err := s.Admit(s.Context(), s.now, []playbook.StoredSuspect{Lead("e-1", "i-1")}, ledger.FirstClaim{Holder: "a", Lease: time.Minute})
	s.must(err)
	mine := a[0].Claim
	if a[0].How != "opened" || mine == nil || mine.Case.ID != a[0].Case || !mine.Until.Equal(s.now.Add(time.Minute)) || len(mine.Inbox) != 0 {
		s.Fatalf("admitted as %+v, with the claim %+v", a[0], mine)
	}
	if d := cmp.Diff(s.load(a[0].Case), mine.Case); d != "" {
		s.Errorf("the holder has another case than the ledger:\n%s", d)
	}
	s.claimsNothing("b")
	dead := *mine.Case
	s.must(s.commit(mine.Case, ledger.Acting, 0, ledger.Write{}))
	if mine.Case.Attempts != 0 {
		s.Errorf("%d attempts after a commit", mine.Case.Attempts)
	}
	s.claimsNothing("b")
	s.after(time.Minute)
	s.mustClaim("b", a[0].Case)
	if err := s.commit(&dead, ledger.Acting, 0, ledger.Write{}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("the holder of a lease that is another's committed: %v", err)
	}
	s.mustVerify()
}

// What joins or is known gets no new holder, and a holder that rests gives back.
func releasedOpening(s *stage) {
	hand := ledger.FirstClaim{Holder: "a", Lease: time.Minute}
	admit := func(leads ...playbook.StoredSuspect) ledger.Admission {
		s.Helper()
		a, err := s.Admit(s.Context(), s.now, leads, hand)
		s.must(err)
		return a[0]
	}
	first := admit(Lead("e-1", "i-1"))
	for _, l := range []playbook.StoredSuspect{Lead("e-1", "i-1"), Lead("e-2", "i-1")} {
		if a := admit(l); a.Claim != nil || a.Case != first.Case {
			s.Errorf("%s: %+v", l.Origin.EventID, a)
		}
	}
	s.claimsNothing("b")
	s.must(s.Yield(s.Context(), first.Claim.Case))
	if c := s.mustClaim("b", first.Case); c.Case.Attempts != 1 || len(c.Inbox) != 1 {
		s.Errorf("taken over at attempt %d with %s", c.Case.Attempts, keys(c.Inbox))
	}
	// Only the first lead's case is claimed: no worker would hear of another claim.
	s.must(s.commit(s.load(first.Case), ledger.Dismissed, never, ledger.Write{Taken: []string{ledger.Key(Lead("e-2", "i-1"))}, EndsLease: true}))
	a, err := s.Admit(s.Context(), s.now, []playbook.StoredSuspect{Lead("e-1", "i-1"), Lead("e-5", "i-1")}, hand)
	s.must(err)
	if a[0].Claim != nil || a[1].Claim != nil || a[1].How != "opened" {
		s.Errorf("what was known, and what is new: %+v", a)
	}
	s.mustClaim("b", a[1].Case)
	// Of one event with several suspects on one root, the case's holder has them all.
	several := admit(Lead("e-3", "i-3"), Lead("e-4", "i-3"))
	c := several.Claim
	if c == nil {
		c = s.mustClaim("a", several.Case)
	}
	if keys(c.Inbox) != fmt.Sprint([]string{ledger.Key(Lead("e-4", "i-3"))}) {
		s.Errorf("in hand with %s", keys(c.Inbox))
	}
	s.mustVerify()
}
