package ledgertest

import (
	"errors"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

func leads(s *stage) {
	first := Lead("e-1", "i-1")
	id := s.open("i-1")
	joined := s.admit(Lead("e-2", "i-1"))[0]
	copied := s.admit(Lead("e-2", "i-1"))[0]
	again := s.admit(Lead("e-i-1", "i-1"))[0]
	want := []ledger.Admission{{Case: id, How: "joined"}, {Case: id, How: "duplicate"}, {Case: id, How: "duplicate"}}
	if d := cmp.Diff(want, []ledger.Admission{joined, copied, again}); d != "" {
		s.Fatal(d)
	}
	c := s.mustClaim("a", id)
	if c.Case.State != ledger.Suspected || c.Case.Root != first.Resource || len(c.Case.Suspects) != 1 || c.Case.Times.Received != Start() {
		s.Errorf("the case began as %+v", c.Case)
	}
	if len(c.Inbox) != 1 || c.Inbox[0].Lead == nil || c.Inbox[0].Key != ledger.Key(Lead("e-2", "i-1")) {
		s.Errorf("in its inbox: %+v", c.Inbox)
	}
}

func places(s *stage) {
	here, there, elsewhere := Lead("e-1", "i-1"), Lead("e-1", "i-1"), Lead("e-1", "i-1")
	there.Resource.Region = "us-east-1"
	elsewhere.Resource.Account = "444455556666"
	other := Lead("e-1", "i-1")
	other.Playbook = "launch.termination-unprotected"
	seen := map[string]bool{}
	for _, a := range s.admit(here, there, elsewhere, other) {
		if a.How != "opened" || seen[a.Case] {
			s.Errorf("%+v is not a case of its own", a)
		}
		seen[a.Case] = true
	}
}

func batch(s *stage) {
	got := s.admit(Lead("e-1", "i-1"), Lead("e-1", "i-2"), Lead("e-2", "i-1"), Lead("e-1", "i-1"))
	how := []string{got[0].How, got[1].How, got[2].How, got[3].How}
	if d := cmp.Diff([]string{"opened", "opened", "joined", "duplicate"}, how); d != "" {
		s.Fatal(d)
	}
	if got[0].Case != got[2].Case || got[0].Case == got[1].Case {
		s.Errorf("admitted to the wrong cases: %+v", got)
	}
	none, err := s.Admit(s.Context(), s.now, []playbook.StoredSuspect{}, ledger.FirstClaim{})
	if err != nil || len(none) != 0 {
		s.Errorf("no leads: %v, %v", none, err)
	}
}

func closed(s *stage) {
	id := s.open("i-1")
	s.must(s.commit(s.mustClaim("a", id).Case, ledger.Dismissed, never, ledger.Write{EndsLease: true}))
	if a := s.admit(Lead("e-i-1", "i-1"))[0]; a.How != "duplicate" || a.Case != id {
		s.Errorf("a copy of what was dismissed: %+v", a)
	}
	if a := s.admit(Lead("e-2", "i-1"))[0]; a.How != "opened" || a.Case == id {
		s.Errorf("something new on the same root: %+v", a)
	}
}

func race(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	s.admit(Lead("e-2", "i-1"))
	if err := s.commit(c, ledger.Dismissed, never, ledger.Write{EndsLease: true}); !errors.Is(err, ledger.ErrJoined) {
		s.Fatalf("closed over a waiting lead: %v", err)
	}
	s.claimsNothing("b") // the lease goes on
	c = s.load(id)
	s.must(s.commit(c, ledger.Dismissed, never, ledger.Write{EndsLease: true, Taken: []string{ledger.Key(Lead("e-2", "i-1"))}}))
	s.claimsNothing("b")
	s.mustVerify()
}

func inbox(s *stage) {
	id := s.open("i-1")
	for _, fresh := range []bool{s.send(id, order(ledger.Approve, "o-2")), s.send(id, order(ledger.Undo, "o-1"))} {
		if !fresh {
			s.Error("a new message was dropped")
		}
	}
	if s.send(id, order(ledger.Approve, "o-2")) {
		s.Error("a message came in twice")
	}
	c := s.mustClaim("a", id)
	if keys(c.Inbox) != "[o-2 o-1]" || c.Inbox[1].Order.By != "alice" {
		s.Errorf("inbox: %+v", c.Inbox)
	}
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{Taken: []string{"o-2"}, EndsLease: true}))
	if s.send(id, order(ledger.Approve, "o-2")) {
		s.Error("a message that was taken came in again")
	}
	c = s.mustClaim("b", id)
	if keys(c.Inbox) != "[o-1]" {
		s.Errorf("left in the inbox: %s", keys(c.Inbox))
	}
	other := s.open("i-2")
	if !s.send(other, order(ledger.Approve, "o-2")) {
		s.Error("another case's message of the same key was dropped")
	}
	if _, err := s.Send(s.Context(), s.now, "c_none", order(ledger.Undo, "o-9")); !errors.Is(err, ledger.ErrNotFound) {
		s.Errorf("sent to no case: %v", err)
	}
}

func waits(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("a", id).Case
	s.send(id, order(ledger.Approve, "o-1"))
	s.must(s.commit(c, ledger.Asked, 48*60*60e9, ledger.Write{EndsLease: true}))
	if !c.Due.Equal(s.now) {
		s.Errorf("due at %s, with a message waiting", c.Due)
	}
	if c := s.mustClaim("b", id); keys(c.Inbox) != "[o-1]" {
		s.Errorf("inbox %s", keys(c.Inbox))
	}
}

func reopened(s *stage) {
	id := s.open("i-1")
	s.must(s.commit(s.mustClaim("a", id).Case, ledger.Verified, never, ledger.Write{EndsLease: true}))
	s.after(60e9)
	second := s.admit(Lead("e-2", "i-1"))[0].Case
	s.must(s.commit(s.mustClaim("a", second).Case, ledger.Asked, 48*60*60e9, ledger.Write{EndsLease: true}))
	s.send(id, order(ledger.Undo, "o-1"))
	c := s.mustClaim("a", id)
	s.must(s.commit(c.Case, ledger.Undoing, 0, ledger.Write{Taken: []string{"o-1"}}))
	if a := s.admit(Lead("e-3", "i-1"))[0]; a.Case != second {
		s.Errorf("a new lead went to %s, not to the case that was open all the time", a.Case)
	}
	s.must(s.commit(c.Case, ledger.Undone, never, ledger.Write{EndsLease: true}))
	s.mustVerify()
}
