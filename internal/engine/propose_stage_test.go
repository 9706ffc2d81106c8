package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// repository is where changes are proposed: one for a case, however often it is asked.
type repository struct {
	state  ledger.ProposalState
	made   map[string]bool
	asked  int
	fails  error
	before func() // each answer
}

func (r *repository) Propose(_ context.Context, c *ledger.Case) (ledger.Proposal, error) {
	r.asked++
	if r.fails != nil {
		return ledger.Proposal{}, r.fails
	}
	if r.made == nil {
		r.made = map[string]bool{}
	}
	r.made[c.ID] = true
	if r.before != nil {
		r.before()
	}
	return ledger.Proposal{Repository: "acme/attic", URL: "https://forge.example/1", State: r.state}, nil
}

func proposing(t *testing.T) (*stage, *attic, *states, *repository) {
	s, a := sweeping(t, locks())
	made, forge := &states{says: code.Answer{Owners: []code.Owner{block}}}, &repository{state: ledger.ProposalOpen}
	s.code, s.propose = made, forge
	s.restart()
	s.sweep(a)
	return s, a, made, forge
}

// What code makes is proposed to the code, and looked at once an hour. It ends when the thing is mended, not when it is merged.
func TestAChangeOfCodeIsProposed(t *testing.T) {
	s, a, made, forge := proposing(t)
	s.pass(10 * time.Minute)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	if forge.asked != 1 || s.only("test.lock").Proposed.State != ledger.ProposalOpen {
		t.Errorf("asked %d times: %+v", forge.asked, s.only("test.lock").Proposed)
	}
	forge.state = ledger.ProposalMerged
	s.pass(10 * time.Hour)
	if n := forge.asked; n < 9 || n > 12 {
		t.Errorf("asked %d times in ten hours", n)
	}
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	made.says = code.Answer{}
	a.used = true // as the code has it now, nothing is to be found
	s.pass(2 * day)
	if c := s.only("test.lock"); c.State != ledger.Dismissed || a.locked {
		t.Errorf("%s; %s", c.State, a)
	}
	asked := forge.asked
	s.pass(day)
	if forge.asked != asked || len(forge.made) != 1 {
		t.Errorf("asked %d times after the end, of %d cases", forge.asked-asked, len(forge.made))
	}
	s.whole()
}

// A proposal that is closed is a no: the case ends, and the same finding is let be for a month.
func TestAClosedProposalIsANo(t *testing.T) {
	s, a, _, forge := proposing(t)
	s.pass(time.Minute)
	forge.state = ledger.ProposalDeclined
	s.pass(2 * time.Hour)
	s.tells(a, ledger.Dismissed, "dropped (its proposal was closed: https://forge.example/1)", "here true, told false, locked false")
	x, err := s.store.Exceptions(s.Context(), s.now())
	s.must(err)
	if len(x) != 1 || x[0].By != "the people of acme/attic" || x[0].Until.Sub(s.now()) < 29*day || x[0].Until.Sub(s.now()) > 30*day {
		t.Fatalf("let be by %+v", x)
	}
	a.found("test.lock")
	a.streak.First = a.streak.First.Add(time.Hour) // as another sweep finds it
	s.code, s.propose = nil, nil
	s.restart()
	s.sweep(a)
	s.pass(time.Hour)
	if a.locked {
		t.Error("it was done within the month")
	}
	s.whole()
}

// A repository that does not answer holds nothing up, is asked again, and is told once.
func TestARepositoryThatDoesNotAnswer(t *testing.T) {
	s, a, _, forge := proposing(t)
	forge.fails = errors.New("the token is not accepted")
	s.pass(5 * time.Hour)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	c := s.only("test.lock")
	if c.Proposed == nil || c.Proposed.Why != "the token is not accepted" || forge.asked < 4 || forge.asked > 7 || c.Failures != 0 {
		t.Errorf("asked %d times, %d failures: %+v", forge.asked, c.Failures, c.Proposed)
	}
	if n := strings.Count(s.history(c), "nothing is proposed: the token is not accepted"); n != 1 {
		t.Errorf("told %d times", n)
	}
	forge.fails = nil
	s.pass(2 * time.Hour)
	if s.only("test.lock").Proposed.State != ledger.ProposalOpen {
		t.Error("it was not asked again")
	}
	s.whole()
}

// A process that dies behind the proposal and before its commit leaves one: the next finds it.
func TestAProposalAndItsCommitArePartedByDeath(t *testing.T) {
	s, a, _, forge := proposing(t)
	died := false
	forge.before = func() {
		if !died {
			died = true
			panic("the process dies")
		}
	}
	s.pass(2 * time.Hour)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	if c := s.only("test.lock"); len(forge.made) != 1 || c.Proposed == nil || c.Proposed.State != ledger.ProposalOpen {
		t.Errorf("%d cases proposed: %+v", len(forge.made), c.Proposed)
	}
	s.whole()
}

// Where a playbook acts at once as well, it does, and proposes.
func TestBothAtOnce(t *testing.T) {
	s, a := sweeping(t, locks())
	forge := &repository{state: ledger.ProposalOpen}
	s.code, s.propose = &states{says: code.Answer{Owners: []code.Owner{block}}}, forge
	s.policy.Code = func(string) config.InCode { return config.CodeAndAPI }
	s.restart()
	s.sweep(a)
	s.pass(time.Hour)
	s.tells(a, ledger.Verified, "done", "here true, told false, locked true")
	if c := s.only("test.lock"); c.Proposed == nil || c.Proposed.State != ledger.ProposalOpen {
		t.Errorf("%+v", c.Proposed)
	}
	s.whole()
}
