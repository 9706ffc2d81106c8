package ledgertest

import (
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// A flood of one sort of message keeps no other sort waiting: each claim hands out some of each, people's orders first, then what they were told.
func classes(s *stage) {
	id := s.open("i-1")
	for n := range 60 {
		s.admit(Lead(fmt.Sprint("e-", n), "i-1"))
	}
	s.send(id, look("deny"))
	s.send(id, order(ledger.Approve, "o-1"))
	s.send(id, named("n-1"))
	s.send(id, ledger.Message{Key: "t-1", Told: []ledger.Told{{Of: "a question", At: s.now, Until: s.now, Silence: ledger.Acts}}})
	c := s.mustClaim("a", id)
	want := []string{"o-1", "t-1", "n-1"}
	for n := 59; n > 59-46; n-- {
		want = append(want, ledger.Key(Lead(fmt.Sprint("e-", n), "i-1"))) // the newest first
	}
	want = append(want, c.Inbox[len(c.Inbox)-1].Key)
	if keys(c.Inbox) != fmt.Sprint(want) || !c.More || c.Inbox[49].Class() != ledger.Looks {
		s.Fatalf("handed out, more: %t, %s", c.More, keys(c.Inbox))
	}
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{Taken: want, EndsLease: true}))
	c = s.mustClaim("b", id)
	if len(c.Inbox) != 14 || c.More || c.Inbox[13].Key != ledger.Key(Lead("e-0", "i-1")) {
		s.Fatalf("left, more: %t, %s", c.More, keys(c.Inbox))
	}
	s.mustVerify()
}

// What people were told is taken with the turn that the case has anyway, or when it begins to mean something.
func lazy(s *stage) {
	id := s.open("i-1")
	s.must(s.commit(s.mustClaim("a", id).Case, ledger.Asked, time.Hour, ledger.Write{EndsLease: true}))
	told := func(key string, until time.Duration) ledger.Message {
		return ledger.Tell(key, []ledger.Told{{Of: "a question", At: s.now, Until: s.now.Add(until), Remind: s.now.Add(until / 2), Silence: ledger.Acts}})
	}
	s.send(id, told("t-1", 48*time.Hour))
	s.claimsNothing("b")
	s.after(time.Hour)
	c := s.mustClaim("b", id)
	if keys(c.Inbox) != "[t-1]" {
		s.Fatalf("handed out %s", keys(c.Inbox))
	}
	s.must(s.commit(c.Case, ledger.Asked, time.Hour, ledger.Write{Taken: taken(c), EndsLease: true}))
	s.send(id, told("t-2", time.Hour))
	s.after(30*time.Minute - time.Second)
	s.claimsNothing("b")
	s.after(time.Second)
	if c = s.mustClaim("b", id); keys(c.Inbox) != "[t-2]" {
		s.Fatalf("handed out %s", keys(c.Inbox))
	}
	s.must(s.commit(c.Case, ledger.Dismissed, never, ledger.Write{Taken: taken(c), EndsLease: true}))
	s.send(id, told("t-3", time.Hour)) // of a case that is closed, it is taken out of the way
	s.after(time.Hour)
	s.mustClaim("b", id)
	s.mustVerify()
}

// Of calls that are only a reason to look, one look is kept: until it is handed out.
func coalesced(s *stage) {
	id := s.open("i-1")
	s.sends(id, look("deny"), true, "the first")
	s.sends(id, look("deny"), false, "another, while the first waits")
	s.sends(id, look("key"), true, "one at another effect")
	c := s.mustClaim("a", id)
	if len(c.Inbox) != 2 {
		s.Fatalf("handed out %s", keys(c.Inbox))
	}
	s.sends(id, look("deny"), true, "while a worker looks: what has happened since is not seen by that look")
	s.sends(id, look("deny"), false, "and again")
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{Taken: taken(c), EndsLease: true}))
	c = s.mustClaim("b", id)
	if len(c.Inbox) != 1 || c.Inbox[0].Seen.Effect != "deny" {
		s.Fatalf("handed out after the commit: %s", keys(c.Inbox))
	}
	s.must(s.Yield(s.Context(), c.Case))
	if c := s.mustClaim("c", id); len(c.Inbox) != 1 {
		s.Errorf("handed out after it was given back: %s", keys(c.Inbox))
	}
	s.mustVerify()
}

// A class that is full takes no more, and keeps nothing out that is of another.
func crowded(s *stage) {
	id := s.open("i-1")
	for n := range ledger.Looks.Room() {
		s.sends(id, look(fmt.Sprint("effect ", n)), true, "with room for it")
	}
	if _, err := s.Send(s.Context(), s.now, id, look("one more")); !errors.Is(err, ledger.ErrFull) {
		s.Fatalf("one look more: %v", err)
	}
	s.sends(id, look("effect 1"), false, "one that waits already")
	s.sends(id, named("n-1"), true, "evidence")
	s.sends(id, order(ledger.Undo, "o-1"), true, "an order")
	if a := s.admit(Lead("e-2", "i-1"))[0]; a.How != "joined" {
		s.Errorf("a lead was %s", a.How)
	}
	c := s.mustClaim("a", id)
	if c.Inbox[0].Key != "o-1" || !c.More {
		s.Fatalf("handed out, more: %t, %s", c.More, keys(c.Inbox))
	}
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{Taken: taken(c), EndsLease: true}))
	s.sends(id, look("one more"), true, "once some were taken")
	s.mustVerify()
}

// A closed case commits what it has taken, however much comes in meanwhile: else a fast sender would keep it
// from ever taking anything.
func kept(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	s.must(s.commit(c, ledger.Verified, never, ledger.Write{EndsLease: true}))
	s.send(id, named("n-1"))
	for n := range 3 {
		claim := s.mustClaim("a", id)
		s.send(id, named(fmt.Sprint("n-", n+2)))
		s.must(s.commit(claim.Case, ledger.Verified, never, ledger.Write{Taken: taken(claim), EndsLease: true}))
		if !claim.Case.Due.Equal(s.now) {
			s.Errorf("due at %s, with a message waiting", claim.Case.Due)
		}
	}
	if c := s.mustClaim("a", id); keys(c.Inbox) != "[n-4]" {
		s.Errorf("left: %s", keys(c.Inbox))
	}
	s.mustVerify()
}

func (s *stage) sends(id string, m ledger.Message, fresh bool, what string) {
	s.Helper()
	if got := s.send(id, m); got != fresh {
		s.Errorf("%s (%s): kept %t, want %t", what, m.Key, got, fresh)
	}
}

func taken(c *ledger.Claim) (out []string) {
	for _, m := range c.Inbox {
		out = append(out, m.Key)
	}
	return out
}
