package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// What fails again and again: it is told, it goes on being tried, and nothing else waits for it.

func fault() error { return &smithy.GenericAPIError{Code: "ServiceFailure", Fault: smithy.FaultServer} }

// A suspect that can never be looked at, as the launch of which the record holds neither the answer nor a token.
func TestASuspectThatCanNeverBeReadIsTold(t *testing.T) {
	reason := errors.New("the record names no instance")
	s := set(t, world.Options{}, suspends(func(*playbook.Suspect[struct{}]) error { return reason }, launching))
	version(s, mallory)
	s.pass(10 * time.Second)
	if c := s.only("test.suspends"); c.Paged != "" {
		t.Errorf("after the first failures a person is called: %q", c.Paged)
	}
	s.pass(2 * time.Minute)
	c := s.only("test.suspends")
	if c.State != ledger.Suspected || !strings.Contains(c.Paged, reason.Error()) || !strings.Contains(c.Error, reason.Error()) || len(s.reports) != 1 {
		t.Fatalf("%s, paged %q, error %q, reported %v\n%s", c.State, c.Paged, c.Error, s.reports, s.history(c))
	}
	before := c.Suspects[0].Trouble.Times
	s.pass(time.Hour)
	if c = s.only("test.suspends"); c.Suspects[0].Trouble.Times < before+50 || len(s.reports) != 1 {
		t.Errorf("tried %d times, told %v: it goes on, and is told once", c.Suspects[0].Trouble.Times, s.reports)
	}
	reason = nil
	s.pass(10 * time.Minute)
	if c = s.only("test.suspends"); c.State != ledger.Contained && c.State != ledger.Verified || c.Error != "" {
		t.Errorf("in the end: %s, error %q", c.State, c.Error)
	}
	s.whole()
}

// A step that can't be looked at, while the others are verified in their rounds, to the second.
func TestAStepThatFailsSlowsNoRoundOfTheOthers(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	s.w.Fail("iam", "ListAccessKeys", 1000, fault())
	unprotect(s, mallory)
	s.pass(6 * time.Second)
	denied := s.only("test.ladder").Revisions[0].Steps[1].Made
	s.pass(2 * time.Minute)
	c := s.only("test.ladder")
	var rounds []time.Duration
	entries, err := s.store.History(t.Context(), c.ID)
	s.must(err)
	for _, e := range entries {
		if strings.Contains(strings.Join(e.Notes, ";"), "verified: round") {
			rounds = append(rounds, e.At.Sub(denied))
		}
	}
	if len(rounds) != 3 || rounds[0] != 5*time.Second || rounds[1] != 30*time.Second || rounds[2] != 90*time.Second {
		t.Errorf("rounds after %v\n%s", rounds, s.history(c))
	}
	if c.State != ledger.Acting || c.Paged == "" || steps(c) != "act; done" {
		t.Errorf("%s: %s, paged %q", c.State, steps(c), c.Paged)
	}
}

// A look that fails keeps the case from being called verified, and nothing else.
func TestACaseIsNotVerifiedByALookThatFailed(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	unprotect(s, mallory)
	s.pass(6 * time.Second)
	s.w.Fail("iam", "ListAccessKeys", 9, fault())
	s.pass(2 * time.Minute) // all rounds are over
	c := s.only("test.ladder")
	if c.State != ledger.Contained || c.Paged == "" || !strings.Contains(c.Error, "verify iam.deactivate-key") {
		t.Fatalf("%s, paged %q, error %q", c.State, c.Paged, c.Error)
	}
	s.pass(5 * time.Minute)
	if c = s.only("test.ladder"); c.State != ledger.Verified || c.Error != "" {
		t.Errorf("%s, error %q\n%s", c.State, c.Error, s.history(c))
	}
}

// contended is a ledger on which another process is always faster with one case.
type contended struct {
	ledger.Store
	lost, yielded int
	over          bool
}

func (c *contended) Commit(ctx context.Context, k *ledger.Case, w ledger.Write) error {
	if c.over {
		return c.Store.Commit(ctx, k, w)
	}
	c.lost++
	return ledger.ErrStale
}

func (c *contended) Yield(ctx context.Context, k *ledger.Case) error {
	c.yielded++
	return c.Store.Yield(ctx, k)
}

// A case that can never be committed does not take every turn: it is left to its lease, and told once it can be.
func TestACaseThatIsAlwaysGivenBackBacksOffAndIsTold(t *testing.T) {
	s := set(t, world.Options{}, launches())
	store := &contended{Store: s.store}
	s.store = store
	s.restart()
	launchAlone(s)
	s.pass(10 * time.Minute)
	if store.lost > 30 || store.yielded > 10 {
		t.Errorf("lost %d times, given back %d times", store.lost, store.yielded)
	}
	store.over = true
	s.pass(10 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified || !strings.Contains(c.Paged, "given back") {
		t.Errorf("%s, paged %q", c.State, c.Paged)
	}
}
