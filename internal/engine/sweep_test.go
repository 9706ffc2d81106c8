package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// announces is a playbook of sweeps alone: it tags what it finds.
func announces() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, string]{
		ID: "test.announces", Severity: playbook.Low, Concern: playbook.Cost,
		Changes: func(struct{}) []action.Kind { return []action.Kind{action.PutTags{}.About().Kind} },
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[string], _ struct{}) ([]playbook.Suspect[string], error) {
			return []playbook.Suspect[string]{s}, nil
		},
		Plan: func(s playbook.Suspect[string], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.PutTags{Resource: s.Resource, Tags: []action.Tag{{Key: "riposte:" + s.Case, Value: "told"}}})}}
		},
	})
}

// swept is what a sweep found of one resource, of a streak that is known by a name.
func swept(book string, of event.Resource, streak string) playbook.StoredSuspect {
	return playbook.StoredSuspect{
		Playbook: book, Severity: playbook.Low, Resource: of, Title: of.ID + " is not used", Facts: []byte(`""`),
		Origin: playbook.Origin{EventID: streak, Sweep: "2030-01-07/" + of.Account},
	}
}

// One streak is one case, however often it is swept; the next streak is another.
func TestASweepOpensOneCaseAStreak(t *testing.T) {
	s := set(t, world.Options{}, announces())
	a := &attic{now: s.now}
	s.store = atticStore{s.store, a}
	s.restart()
	cattle := ireland.In(event.Instance, "i-0cattle")
	var how []string
	for i, streak := range []string{"first", "first", "second", "second"} {
		if i%2 == 0 {
			a.found("test.announces")
		}
		ads, err := s.e.Sweep(t.Context(), swept("test.announces", cattle, streak))
		s.must(err)
		how = append(how, ads[0].How)
		s.pass(24 * time.Hour)
	}
	if got := [4]string(how); got != [4]string{"opened", "duplicate", "opened", "duplicate"} {
		t.Errorf("four sweeps: %v", how)
	}
	cases, err := s.store.Cases(t.Context(), ledger.Filter{})
	s.must(err)
	for _, c := range cases {
		if c.Incident != "" || c.Paged != "" || c.State != ledger.Verified || c.Origin.Source != "riposte" || c.Origin.Received.IsZero() {
			t.Errorf("case %+v\n%s", c, s.history(c))
		}
	}
	s.whole()
}

// Where riposte only observes, a sweep writes no case, and a promotion opens it.
func TestASweepThatObservesWritesNothing(t *testing.T) {
	s := set(t, world.Options{}, announces())
	a := &attic{now: s.now}
	a.found("test.announces")
	s.store = atticStore{s.store, a}
	mode := gate.Observe
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return mode, "test" }
	s.restart()
	found := swept("test.announces", ireland.In(event.Instance, "i-0cattle"), "first")
	for _, x := range []struct {
		mode gate.Decision
		how  string
	}{{gate.Observe, engine.LeftAlone}, {gate.Hold, engine.LeftAlone}, {gate.Ask, "opened"}} {
		mode = x.mode
		if got := s.e.ModeOf("test.announces", ireland); got != x.mode {
			t.Errorf("the mode is %s, want %s", got, x.mode)
		}
		ads, err := s.e.Sweep(t.Context(), found)
		s.must(err)
		if ads[0].How != x.how {
			t.Errorf("in %s: %s, want %s", x.mode, ads[0].How, x.how)
		}
	}
	s.pass(time.Hour)
	if c := s.only("test.announces"); c.State != ledger.Asked {
		t.Errorf("%s: %s", c.State, c.Reason)
	}
	s.policy.Regions = []string{"us-east-1"}
	s.restart()
	if got := s.e.ModeOf("test.announces", ireland); got != gate.Observe {
		t.Errorf("outside organization.regions the mode is %s", got)
	}
}

// What comes from a sweep names no caller, no other's account, and what it comes from.
func TestASweepTakesNoOtherSuspects(t *testing.T) {
	s := set(t, world.Options{}, announces())
	cattle := ireland.In(event.Instance, "i-0cattle")
	for name, change := range map[string]func(*playbook.StoredSuspect){
		"no sweep":   func(x *playbook.StoredSuspect) { x.Origin.Sweep = "" },
		"no streak":  func(x *playbook.StoredSuspect) { x.Origin.EventID = "" },
		"an actor":   func(x *playbook.StoredSuspect) { x.Origin.Actor.ARN = "arn:aws:iam::111122223333:user/mallory" },
		"a request":  func(x *playbook.StoredSuspect) { x.Origin.RequestID = "r" },
		"a stranger": func(x *playbook.StoredSuspect) { x.Playbook = "test.unknown" },
	} {
		x := swept("test.announces", cattle, "first")
		change(&x)
		if ads, err := s.e.Sweep(t.Context(), x); err == nil {
			t.Errorf("%s: %+v", name, ads)
		}
	}
	foreign := event.Place{Partition: "aws", Account: "999999999999", Region: "eu-west-1"}.In(event.Instance, "i-0far")
	s.ours = func(_ context.Context, account string) (bool, error) { return account == ireland.Account, nil }
	s.restart()
	ads, err := s.e.Sweep(t.Context(), swept("test.announces", foreign, "f"), swept("test.announces", cattle, "first"))
	s.must(err)
	if ads[0].How != engine.LeftAlone || ads[1].How != "opened" {
		t.Errorf("%+v", ads)
	}
}
