package ledgertest

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// weighed is a suspect that counts: a call of an actor's at a minute.
func weighed(event, instance, actor string, minute, weight int) playbook.StoredSuspect {
	l := Lead(event, instance)
	l.Origin.Occurred = Start().Add(time.Duration(minute) * time.Minute)
	l.Actors, l.Weight = []string{actor}, weight
	return l
}

// counted: what opens a case and what joins one counts, a copy of either does not, in whatever order they come.
func counted(s *stage) {
	s.admit(weighed("e-1", "i-1", "alice", 0, 1), Lead("e-2", "i-1"))
	s.admit(weighed("e-3", "i-1", "alice", 10, 50), weighed("e-3", "i-2", "alice", 10, 2), weighed("e-3", "i-1", "alice", 10, 50))
	s.admit(weighed("e-1", "i-1", "alice", 0, 1), weighed("e-4", "i-1", "bob", 10, 7), weighed("e-5", "i-3", "alice", 5, 3))
	other := weighed("e-6", "i-3", "alice", 5, 11)
	other.Playbook = "launch.termination-unprotected"
	s.admit(other)
	for _, c := range []struct {
		story, actor string
		from, to     int
		want         playbook.Count
	}{
		{"all of it, its ends included", "alice", 0, 10, playbook.Count{Suspects: 4, Resources: 56}},
		{"what was before", "alice", -15, 9, playbook.Count{Suspects: 2, Resources: 4}},
		{"a moment", "alice", 5, 5, playbook.Count{Suspects: 1, Resources: 3}},
		{"another actor", "bob", 0, 10, playbook.Count{Suspects: 1, Resources: 7}},
		{"an actor that did nothing", "carol", 0, 10, playbook.Count{}},
		{"nothing in that time", "alice", 11, 30, playbook.Count{}},
	} {
		w := playbook.Window{Playbook: Lead("", "").Playbook, Actor: c.actor, From: s.minute(c.from), To: s.minute(c.to)}
		if got, err := s.Count(s.Context(), w); err != nil || got != c.want {
			s.Errorf("%s: %+v, want %+v: %v", c.story, got, c.want, err)
		}
	}
	s.mustVerify()
}

func (s *stage) minute(n int) time.Time { return Start().Add(time.Duration(n) * time.Minute) }

// countedCrowd: a count of very many ends, and says so.
func countedCrowd(s *stage) {
	var leads []playbook.StoredSuspect
	for n := range ledger.MostCounted {
		leads = append(leads, weighed(fmt.Sprint("e-", n), "i-1", "mallory", n%10, 2))
	}
	s.admit(append(leads, weighed("e-last", "i-1", "mallory", 10, 2))...)
	w := playbook.Window{Playbook: Lead("", "").Playbook, Actor: "mallory", From: s.minute(0), To: s.minute(9)}
	for _, want := range []playbook.Count{
		{Suspects: ledger.MostCounted, Resources: 2 * ledger.MostCounted},
		{Suspects: ledger.MostCounted, Resources: 2 * ledger.MostCounted, More: true},
	} {
		if got, err := s.Count(s.Context(), w); err != nil || got != want {
			s.Errorf("until %s: %+v, want %+v: %v", w.To, got, want, err)
		}
		w.To = s.minute(10)
	}
}
