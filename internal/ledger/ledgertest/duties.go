package ledgertest

import (
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

func dutyRivals(s *sweeps) {
	var wg sync.WaitGroup
	won := make(chan ledger.Duty, 8)
	for n := range cap(won) {
		wg.Go(func() {
			d, took, err := s.TakeDuty(s.Context(), s.now, s.day(), Snapshots().Place.Account, "replica "+string(rune('a'+n)), time.Minute)
			if err != nil {
				s.Error(err)
			}
			if took {
				won <- d
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		s.Fatalf("%d replicas got the duty", len(won))
	}
	d := <-won
	if want := s.now.Add(time.Minute).Truncate(time.Millisecond); !d.Until.Equal(want) || d.Name() != s.day()+"/"+Snapshots().Place.Account {
		s.Errorf("%+v", d)
	}
	all, err := s.Duties(s.Context(), s.day())
	s.must(err)
	if diff := cmp.Diff([]ledger.Duty{d}, all); diff != "" {
		s.Error(diff)
	}
}

func dutyTakeover(s *sweeps) {
	dead := s.take("dead")
	a, b := Stale("snap-0a", s.now), Stale("snap-0b", s.now)
	s.must(s.Swept(s.Context(), dead, s.coverage(""), begins(a)))
	s.after(59 * time.Second)
	if _, took, err := s.TakeDuty(s.Context(), s.now, s.day(), dead.Account, "b", time.Minute); took || err != nil {
		s.Fatalf("taken while it is held: %t, %v", took, err)
	}
	s.after(2 * time.Second)
	alive := s.take("b")
	for name, err := range map[string]error{
		"listed":  s.Swept(s.Context(), dead, s.coverage(""), begins(b)),
		"renewed": s.RenewDuty(s.Context(), s.now, dead, time.Minute),
		"ended":   s.EndDuty(s.Context(), s.now, dead),
	} {
		if !errors.Is(err, ledger.ErrStale) {
			s.Errorf("what another holds was %s: %v", name, err)
		}
	}
	// What the dead one has covered since the duty began need not be listed again.
	if c := s.covered(); c.Duty != alive.Name() {
		s.Errorf("%+v", c)
	}
	s.stands(asKept(a, 1))
	s.must(s.EndDuty(s.Context(), s.now, alive))
	// The same name, taken again after its lease, is another hand.
	s.after(24 * time.Hour)
	first := s.take("b")
	s.after(2 * time.Minute)
	s.take("b")
	if err := s.EndDuty(s.Context(), s.now, first); !errors.Is(err, ledger.ErrStale) {
		s.Errorf("ended by who lost it: %v", err)
	}
	s.mustVerify()
}

func dutyTwice(s *sweeps) {
	d := s.take("a")
	s.must(s.Swept(s.Context(), d, s.coverage(""), begins(Stale("snap-0a", s.now))))
	d.Calls, d.Error = 7, "us-east-1 was not listed"
	s.must(s.EndDuty(s.Context(), s.now, d))
	s.after(time.Second)
	s.must(s.EndDuty(s.Context(), s.now, d))
	history, err := s.History(s.Context(), ledger.SweepChain(d.Account))
	s.must(err)
	if len(history) != 1 {
		s.Errorf("%d entries", len(history))
	}
	all, err := s.Duties(s.Context(), d.Day)
	s.must(err)
	if len(all) != 1 || all[0].Calls != 7 || all[0].Error != d.Error || !all[0].Ended.Equal(s.now.Add(-time.Second).Truncate(time.Millisecond)) {
		s.Errorf("%+v", all)
	}
	if _, took, err := s.TakeDuty(s.Context(), s.now, d.Day, d.Account, "b", time.Minute); took || err != nil {
		s.Errorf("taken after it has ended: %t, %v", took, err)
	}
	if err := s.Swept(s.Context(), d, s.coverage(""), nil); !errors.Is(err, ledger.ErrStale) {
		s.Errorf("listed after it has ended: %v", err)
	}
	if _, _, err := s.TakeDuty(s.Context(), s.now, "today", d.Account, "b", time.Minute); err == nil {
		s.Error("a duty of no day")
	}
	s.mustVerify()
}

func dutyRenewed(s *sweeps) {
	d := s.take("a")
	s.after(50 * time.Second)
	d.Calls = 30
	s.must(s.RenewDuty(s.Context(), s.now, d, time.Minute))
	s.after(50 * time.Second)
	now, took, err := s.TakeDuty(s.Context(), s.now, s.day(), d.Account, "b", time.Minute)
	s.must(err)
	if took || now.Calls != 30 {
		s.Fatalf("taken: %t, %+v", took, now)
	}
	// A clock that was a day ahead.
	s.must(s.RenewDuty(s.Context(), s.now.Add(24*time.Hour), d, time.Minute))
	if b := s.take("b"); b.Calls != 30 || b.Takes != 2 {
		s.Errorf("%+v", b)
	}
	s.after(ledger.DutiesKept + 24*time.Hour)
	s.take("a")
	all, err := s.Duties(s.Context(), "")
	s.must(err)
	if len(all) != 1 {
		s.Errorf("%d duties are kept", len(all))
	}
}
