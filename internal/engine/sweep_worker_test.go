package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// A question that AWS does not answer in time, or has no room for, is asked again within hours: it is no failure, and no person is told of it.
func TestAQuestionThatTakesTooLongIsAskedAgain(t *testing.T) {
	answers := map[string]func(context.Context) error{
		"it does not end":  func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("look up: %w", ctx.Err()) },
		"there is no room": func(context.Context) error { return fmt.Errorf("too many wait: %w", playbook.ErrNotNow) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			asked, slow, spec := 0, true, attics()
			check := spec.Check
			spec.Check = func(ctx context.Context, in playbook.In, s playbook.Suspect[string], p struct{}) ([]playbook.Suspect[string], error) {
				if asked++; slow {
					return nil, answer(ctx)
				}
				return check(ctx, in, s, p)
			}
			s, a := sweeping(t, spec)
			s.e.Timing.Call = time.Millisecond
			s.sweep(a)
			s.pass(day)
			c := s.only("test.attic")
			if c.State != ledger.Held || !strings.HasPrefix(c.Reason, "evidence") || c.Paged != "" || asked < 6 || asked > 400 {
				t.Fatalf("%s: %s, paged %q, asked %d times\n%s", c.State, c.Reason, c.Paged, asked, s.history(c))
			}
			slow = false
			s.e.Timing.Call = 20 * time.Second
			s.pass(4*time.Hour + time.Minute)
			s.tells(a, ledger.Verified, "done; act; act", "here true, told true")
		})
	}
}

// holding has each claim of a case of sweeps show whether the worker may have it, and whether another may have one meanwhile.
type holding struct {
	ledger.Store
	s      *stage
	during func()
}

func (h *holding) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	if d := h.during; d != nil && c.OfSweeps() {
		h.during = nil
		d()
	}
	return h.Store.Commit(ctx, c, w)
}

// Of two workers one takes no case of a sweep while the other has one in hand: it is there for an attack, and looks again soon.
func TestAWorkerIsLeftForAttacks(t *testing.T) {
	s, a := sweeping(t, attics())
	h := &holding{Store: s.store, s: s}
	s.store, s.workers = h, 2
	s.restart()
	s.sweep(a)
	other := swept("test.attic", ireland.In(junk.Type, "vol-0other"), "streak/other")
	_, err := s.e.Sweep(t.Context(), other)
	s.must(err)
	turn := func() (bool, time.Time) {
		worked, next, err := s.e.ProcessOne(t.Context())
		s.must(err)
		return worked, next
	}
	h.during = func() {
		if worked, next := turn(); worked || next.Sub(s.now()) != time.Second {
			t.Errorf("both workers have cases of sweeps in hand: %t, next %s", worked, next)
		}
	}
	if worked, _ := turn(); !worked || h.during != nil {
		t.Fatal("no case of a sweep was taken")
	}
	if worked, _ := turn(); !worked {
		t.Error("the other case is not taken once a worker is free")
	}
}
