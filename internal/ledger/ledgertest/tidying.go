package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// listed is a suspect that a sweep brings, about the instance that an event may be about too.
func listed(instance string, severity playbook.Severity) playbook.StoredSuspect {
	l := Lead("streak/2026-03-01T03:00:00Z/ask", instance)
	l.Severity = severity
	l.Origin = playbook.Origin{
		EventID: l.Origin.EventID, Name: "sweep", Source: "riposte", Occurred: Start(), Received: Start(), Place: l.Origin.Place,
		Sweep: "2026-03-02/" + l.Resource.Account,
	}
	return l
}

func tidying(s *stage) {
	admit := func(l playbook.StoredSuspect) string { s.after(time.Second); return s.admit(l)[0].Case }
	old := admit(listed("i-1", playbook.Critical))
	asked := admit(listed("i-2", playbook.Critical))
	s.must(s.commit(s.mustClaim("a", old).Case, ledger.Contained, time.Second, ledger.Write{EndsLease: true}))
	c := s.mustClaim("a", asked).Case
	c.Report.Wanted = 1
	s.must(s.commit(c, ledger.Dismissed, time.Second, ledger.Write{EndsLease: true}))
	tidy := admit(listed("i-3", playbook.Critical))
	low := Lead("e-4", "i-4")
	low.Severity = playbook.Low
	attack := admit(low)
	report := s.open("i-5")
	c = s.mustClaim("a", report).Case
	c.Report.Wanted = 1
	s.must(s.commit(c, ledger.Dismissed, 0, ledger.Write{EndsLease: true}))
	s.after(time.Minute)
	s.send(asked, order(ledger.Undo, "o-1"))
	s.mustVerify()
	var got []string
	for c := s.claimOfEvents("b"); c != nil; c = s.claimOfEvents("b") {
		got = append(got, c.Case.ID)
	}
	if d := cmp.Diff([]string{attack, report}, got); d != "" {
		s.Fatal("of events alone: " + d)
	}
	for c := s.claim("b"); c != nil; c = s.claim("b") {
		got = append(got, c.Case.ID)
	}
	if d := cmp.Diff([]string{attack, report, asked, tidy, old}, got); d != "" {
		s.Fatal(d)
	}
}

// The case of a sweep that an attack joins is answered as an attack, also where the first commit leaves the attack's suspect waiting.
func tidyingAttacked(s *stage) {
	before := s.admit(listed("i-0", playbook.Critical))[0].Case
	id := s.admit(listed("i-1", playbook.Low))[0].Case
	s.after(time.Second)
	if a := s.admit(Lead("e-1", "i-1"))[0]; a.Case != id || a.How != "joined" {
		s.Fatalf("%+v", a)
	}
	c := s.mustClaim("a", id)
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{EndsLease: true}))
	c = s.mustClaim("a", id)
	c.Case.Suspects = append(c.Case.Suspects, ledger.Suspect{Key: c.Inbox[0].Key, StoredSuspect: *c.Inbox[0].Lead})
	s.must(s.commit(c.Case, ledger.Acting, 0, ledger.Write{Taken: []string{c.Inbox[0].Key}, EndsLease: true}))
	s.mustVerify()
	s.mustClaim("a", id)
	s.mustClaim("a", before)
}

// tidyings draws what sweeps and events bring, in whatever order: while an event's case can be claimed, none of a sweep is.
func (suite Suite) tidyings(t *testing.T, open func(t *testing.T) ledger.Store) {
	suite.check(t, func(rt *rapid.T) {
		s := &stage{t, open(t), Start()}
		ofEvent := map[string]bool{}
		for n := range rapid.IntRange(2, 9).Draw(rt, "suspects") {
			severity := rapid.SampledFrom(playbook.Severities()).Draw(rt, "severity")
			l, attacks := listed(fmt.Sprint("i-", n), severity), rapid.Bool().Draw(rt, "event")
			if attacks {
				l = Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n))
				l.Severity = severity
			}
			rank := s.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "behind")) * time.Second)
			a, err := s.Admit(s.Context(), s.now, []playbook.StoredSuspect{l}, ledger.FirstClaim{}, rank)
			s.must(err)
			ofEvent[a[0].Case] = attacks
			if !attacks && rapid.Bool().Draw(rt, "woken") {
				s.send(a[0].Case, order(ledger.Undo, fmt.Sprint("o-", n)))
			}
			s.after(time.Second)
		}
		tidied := false
		for c := s.claim("a"); c != nil; c = s.claim("a") {
			if ofEvent[c.Case.ID] && tidied {
				rt.Fatalf("a sweep's case went before %s, of an event", c.Case.ID)
			}
			tidied = tidied || !ofEvent[c.Case.ID]
			delete(ofEvent, c.Case.ID)
		}
		if len(ofEvent) > 0 {
			rt.Fatalf("%d cases were never claimed", len(ofEvent))
		}
	})
}
