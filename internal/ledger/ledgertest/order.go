package ledgertest

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// ranked opens a case of this severity, whose place is so long after now.
func (s *stage) ranked(instance string, severity playbook.Severity, behind time.Duration) string {
	s.Helper()
	l := Lead("e-"+instance, instance)
	l.Severity = severity
	a, err := s.Admit(s.Context(), s.now, []playbook.StoredSuspect{l}, ledger.FirstClaim{}, s.now.Add(behind))
	s.must(err)
	return a[0].Case
}

// Noise that was there before a severe case, or that was ranked behind, does not keep it waiting; and what waits is never
// overtaken for ever.
func severe(s *stage) {
	var noise []string
	for n := range 60 { // more than a store looks at in one go
		noise = append(noise, s.ranked(fmt.Sprint("i-", n), playbook.Low, 0))
	}
	s.after(time.Second)
	behind := s.ranked("i-behind", playbook.High, 5*time.Minute)
	s.after(time.Second)
	high := s.ranked("i-high", playbook.High, 0)
	s.after(time.Second)
	critical := s.ranked("i-critical", playbook.Critical, 40*time.Minute)
	// A case that comes back stands behind those of its sort that were due before.
	again := s.mustClaim("a", critical).Case
	s.must(s.commit(again, ledger.Acting, time.Second, ledger.Write{EndsLease: true}))
	s.after(6 * time.Minute)
	late := s.ranked("i-late", playbook.High, 0)
	want := append([]string{critical, high, behind, late}, noise...)
	var got []string
	for c := s.claim("b"); c != nil && len(got) < 10; c = s.claim("b") {
		got = append(got, c.Case.ID)
	}
	if d := cmp.Diff(want[:10], got); d != "" {
		s.Fatal(d)
	}
	s.mustVerify()
}

// A replica whose clock is an hour fast claims a case and dies: the others have it at once, since no lease lasts as long. One
// whose clock differs by less than a lease is let alone.
func astray(s *stage) {
	id := s.open("i-1")
	fast, err := s.Claim(s.Context(), s.now.Add(time.Hour), "fast", time.Minute)
	s.must(err)
	if fast == nil || fast.Case.ID != id {
		s.Fatalf("claimed %+v", fast)
	}
	c := s.mustClaim("b", id).Case
	if err := s.commit(fast.Case, ledger.Acting, 0, ledger.Write{}); !errors.Is(err, ledger.ErrStale) {
		s.Fatalf("the holder of a lease that was taken over committed: %v", err)
	}
	s.must(s.commit(c, ledger.Acting, 0, ledger.Write{EndsLease: true}))
	near, err := s.Claim(s.Context(), s.now.Add(50*time.Second), "near", time.Minute)
	s.must(err)
	if near == nil {
		s.Fatal("nothing claimed")
	}
	s.claimsNothing("b")
	s.after(110 * time.Second)
	s.mustClaim("b", id)
	s.mustVerify()
}
