package ledgertest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

// A replica that serves says so, over what it said before, until it leaves; the record does not notice.
func roll(s *stage) {
	s.open("i-1")
	before := s.mustVerify().Entries
	brake := ledger.Brake{Scope: "all", By: "sam", At: s.now}
	one := ledger.Replica{Name: "host-1", Version: "v1", Seen: s.now}
	two := ledger.Replica{Name: "riposte-function", Function: true, Seen: s.now, Brakes: []string{brake.ID()}}
	s.must(s.Attend(s.Context(), two))
	s.must(s.Attend(s.Context(), one))
	s.after(time.Minute)
	one.Seen = s.now
	s.must(s.Attend(s.Context(), one))
	s.called([]ledger.Replica{one, two})
	if one.Knows(brake) || !two.Knows(brake) || two.Knows(ledger.Brake{Scope: "all", By: "sam", At: s.now}) {
		s.Error("a brake is taken for another")
	}
	s.must(s.Leave(s.Context(), two.Name))
	s.must(s.Leave(s.Context(), two.Name))
	s.called([]ledger.Replica{one})
	if n := s.mustVerify().Entries; n != before {
		s.Errorf("%d entries, %d before the first", n, before)
	}
}

func (s *stage) called(want []ledger.Replica) {
	s.Helper()
	got, err := s.Replicas(s.Context())
	s.must(err)
	if d := cmp.Diff(want, got); d != "" {
		s.Error(d)
	}
}
