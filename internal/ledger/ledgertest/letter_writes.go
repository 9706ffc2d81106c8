package ledgertest

import (
	"errors"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// postFor posts lines for a holder, who gets what is due.
func (s *stage) postFor(holder string, lines ...ledger.Line) []*ledger.Letter {
	s.Helper()
	taken, err := s.PostAndTake(s.Context(), s.now, ledger.FirstClaim{Holder: holder, Lease: time.Minute}, lines...)
	s.must(err)
	return taken
}

// letterInHand: a letter that is posted for a desk is that desk's as if it had taken it, and another's when its lease ends.
func letterInHand(s *stage) {
	later := toSam("digest/later", "c_2")
	later.Due = s.now.Add(time.Hour)
	got := s.postFor("a", toSam("case/c_1", "c_1"), later, toSam("case/c_1", "c_3"))
	if len(got) != 1 || got[0].Matter != "case/c_1" || got[0].Attempts != 1 || got[0].Wanted != 2 || !slices.Equal(got[0].Cases, []string{"c_1", "c_3"}) {
		s.Fatalf("taken as it was posted: %+v", got)
	}
	first := got[0]
	s.takesNothing("b")
	if more := s.postFor("b", toSam("case/c_1", "c_4")); len(more) != 0 {
		s.Errorf("another has it, and b was given %+v", more)
	}
	if at := s.nextLetter(); !at.Equal(s.now.Add(time.Minute)) {
		s.Errorf("the next can be taken at %s, when the lease ends", at)
	}
	s.after(time.Minute) // who had it has died
	second := s.takes("b", "case/c_1")
	if second.Attempts != 2 || second.Nonce != first.Nonce || second.Wanted != 3 {
		s.Errorf("taken over: %+v", second)
	}
	first.Sent = first.Wanted
	if err := s.SaveLetter(s.Context(), first); !errors.Is(err, ledger.ErrStale) {
		s.Errorf("saved by who has lost it: %v", err)
	}
	second.NotBefore = s.now.Add(time.Hour) // a pause between two edits
	s.sent(second)
	if early := s.postFor("a", toSam("case/c_1", "c_1")); len(early) != 0 {
		s.Errorf("taken in its pause: %+v", early)
	}
	s.after(time.Hour)
	for _, matter := range []string{"digest/later", "case/c_1"} {
		s.sent(s.takes("b", matter))
	}
	s.takesNothing("a")
	s.mustVerify()
}

// letterTells: what a letter told is in its case as soon as the letter is saved, once, or neither is done.
func letterTells(s *stage) {
	id := s.open("i-1")
	claim := s.mustClaim("worker", id)
	s.must(s.commit(claim.Case, ledger.Held, time.Hour, ledger.Write{EndsLease: true}))
	s.claimsNothing("worker")
	s.post(toSam("case/"+id, id))
	l := s.takes("a", "case/"+id)
	told := ledger.Message{Key: "told|" + l.ID, Told: []ledger.Told{{Of: "a question", At: s.now}}, Due: s.now.Add(10 * time.Second)}
	tells := func(l ledger.Letter, caseID string) error {
		l.Sent, l.Ref, l.SentAt = l.Wanted, "ref", s.now
		return s.SaveAndSend(s.Context(), s.now, &l, caseID, told)
	}
	if err := tells(*l, "c_none"); !errors.Is(err, ledger.ErrNotFound) || !s.letter(l.ID).Owed() {
		s.Errorf("told to no case, and saved: %v, %+v", err, s.letter(l.ID))
	}
	s.must(tells(*l, id))
	s.must(tells(*l, id)) // the answer was lost
	if now := s.letter(l.ID); now.Owed() || now.Ref != "ref" {
		s.Errorf("saved as %+v", now)
	}
	s.takesNothing("b")
	s.claimsNothing("worker")
	s.after(10 * time.Second)
	if c := s.mustClaim("worker", id); len(c.Inbox) != 1 || c.Inbox[0].Key != told.Key || len(c.Inbox[0].Told) != 1 {
		s.Errorf("it was told %+v", c.Inbox)
	}
	s.post(toSam("case/"+id, id))
	old := s.takes("a", "case/"+id)
	s.after(time.Minute)
	s.takes("b", "case/"+id)
	told.Key += " again"
	if err := tells(*old, id); !errors.Is(err, ledger.ErrStale) {
		s.Errorf("saved by who has lost it: %v", err)
	}
	if c := s.claim("another"); c == nil || len(c.Inbox) != 1 {
		s.Errorf("the case was told by who has lost the letter: %+v", c)
	}
	s.mustVerify()
}
