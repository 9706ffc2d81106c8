package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// atOnce is a playbook whose findings are ripe as they are seen, so that their streaks stand when a case lets them be.
func atOnce(tags *map[string]string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, string]{
		ID: "test.atonce", Severity: playbook.Low, Concern: playbook.Security,
		Changes: func(struct{}) []action.Kind { return []action.Kind{action.PutTags{}.About().Kind} },
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[string], _ struct{}) ([]playbook.Suspect[string], error) {
			s.Tags = *tags
			return []playbook.Suspect[string]{s}, nil
		},
		Plan: func(s playbook.Suspect[string], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.PutTags{Resource: s.Resource, Tags: []action.Tag{{Key: "riposte:" + s.Case, Value: "told"}}})}}
		},
	})
}

// A tag let it be, and is gone: it is asked about again, a month after the case, and once.
func TestWhatATagKeptIsAskedAboutAgain(t *testing.T) {
	tags := map[string]string{"riposte:keep": "true"}
	s := set(t, world.Options{}, atOnce(&tags))
	a := &attic{now: s.now}
	s.store = atticStore{s.store, a}
	s.restart()
	a.found("test.atonce")
	for _, c := range []struct {
		after time.Duration
		tag   string
		how   string
		cases int
		state ledger.State
	}{
		{0, "true", "opened", 1, ledger.Dismissed},
		{day, "", "duplicate", 1, ledger.Dismissed},
		{29 * day, "", "opened", 2, ledger.Verified},
		{40 * day, "", "duplicate", 2, ledger.Verified},
	} {
		s.pass(c.after)
		if tags = nil; c.tag != "" {
			tags = map[string]string{"riposte:keep": c.tag}
		}
		ads, err := s.e.Sweep(t.Context(), swept("test.atonce", ireland.In(event.Instance, "i-0cattle"), "first"))
		s.must(err)
		s.pass(time.Hour)
		cases, err := s.store.Cases(t.Context(), ledger.Filter{})
		s.must(err)
		if last := cases[len(cases)-1]; ads[0].How != c.how || len(cases) != c.cases || !has(cases, c.state) {
			t.Errorf("after %v: %s, %d cases, %s; want %s, %d, %s", c.after, ads[0].How, len(cases), last.State, c.how, c.cases, c.state)
		}
	}
	s.whole()
}

func has(cases []*ledger.Case, state ledger.State) bool {
	for _, c := range cases {
		if c.State == state {
			return true
		}
	}
	return false
}
