package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// TestAnyLife lets attackers, people, brakes, outages and death come in any order, and wants what must hold of every life: the
// ledger fits itself, every effect is wanted by a case that was not taken back, nothing stays half done, and what riposte
// changed and still holds is really so.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := &reaper{}
		s := set(t, world.Options{}, launches())
		r.Store, s.store, s.tags = s.store, r, action.TagPrefix
		mode := rapid.SampledFrom([]gate.Decision{gate.Act, gate.Ask}).Draw(rt, "first mode")
		silence := rapid.SampledFrom([]ledger.Silence{ledger.Holds, ledger.Acts}).Draw(rt, "first silence")
		s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return mode, "the test says" }
		s.policy.Limits = gate.Limits{Incidents: 20, Destroy: 20}
		s.policy.Approval.Tells = rapid.SampledFrom([]gate.Telling{gate.ByReport, gate.ByLetter}).Draw(rt, "tells")
		desk := &letters{stage: s}
		if s.policy.Approval.Tells == gate.ByLetter {
			s.desk = desk.write
		}
		s.policy.Approval.Answer = func(_ string, d gate.Deed) gate.Answer {
			if d.Class == action.Contain {
				return gate.Answer{After: time.Minute, Silence: ledger.Reminds}
			}
			return gate.Answer{After: time.Minute, Silence: silence}
		}
		s.restart()
		for range rapid.IntRange(3, 12).Draw(rt, "moves") {
			switch rapid.SampledFrom([]string{"launch", "poison", "resume", "die", "halt", "release", "order", "mode", "silence", "deaf", "desk", "hours", "outage", "wait"}).Draw(rt, "move") {
			case "launch":
				launchAlone(s)
			case "poison":
				panicError(s)
			case "resume":
				resume(s)
			case "die":
				r.died, r.at = "", r.points+rapid.IntRange(1, 12).Draw(rt, "points")
			case "halt":
				s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
			case "release":
				_, err := s.store.Release(t.Context(), s.w.Now(), "all", "sam")
				s.must(err)
			case "order":
				anyOrder(rt, s)
			case "mode":
				mode = rapid.SampledFrom([]gate.Decision{gate.Act, gate.Ask, gate.Observe}).Draw(rt, "mode")
			case "silence":
				silence = rapid.SampledFrom([]ledger.Silence{ledger.Holds, ledger.Reminds, ledger.Acts, ledger.Expires}).Draw(rt, "silence")
			case "deaf":
				s.deaf = rapid.SampledFrom([]error{nil, errors.New("no channel answers")}).Draw(rt, "error")
			case "desk":
				desk.down = rapid.Bool().Draw(rt, "down")
			case "hours": // silence acts four hours after the last reminder
				s.pass(6 * time.Hour)
			case "outage":
				service, operation, _ := strings.Cut(rapid.SampledFrom([]string{"ec2.TerminateInstances", "autoscaling.SuspendProcesses"}).Draw(rt, "call"), ".")
				s.w.Fail(service, operation, rapid.IntRange(1, 5).Draw(rt, "times"), errors.New("read tcp: i/o timeout"))
			}
			s.pass(time.Duration(rapid.IntRange(0, 90).Draw(rt, "seconds")) * time.Second)
		}
		_, err := s.store.Release(t.Context(), s.w.Now(), "all", "sam")
		s.must(err)
		r.at = 0
		s.pass(30 * time.Minute)
		lifeHolds(rt, s)
		if s.desk != nil {
			nothingUntold(rt, desk)
		}
	})
}

// nothingUntold: whatever silence let go was told by a letter that was accepted, and reminded of long enough before.
func nothingUntold(rt *rapid.T, l *letters) {
	cases, err := l.store.Cases(l.Context(), ledger.Filter{})
	l.must(err)
	for _, c := range cases {
		for _, r := range c.Revisions {
			for _, st := range r.Steps {
				if !strings.HasPrefix(st.Reason, "silence:") || st.Verdict != string(gate.Act) {
					continue
				}
				if k := st.Told; k == nil || !l.in[k.Of] || k.Until.Sub(k.Reminded) < ledger.Notice || !st.Made.IsZero() && st.Made.Before(k.Until) {
					rt.Errorf("case %s: nobody was silent: %+v\n%s", c.ID, k, l.history(c))
				}
			}
		}
	}
}

func launchAlone(s *stage) {
	s.Helper()
	_, err := ec2.NewFromConfig(s.w.Config(ireland, mallory)).RunInstances(s.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(foreign), InstanceType: types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	s.must(err)
}

// anyOrder gives one case one order, whether it fits or not.
func anyOrder(rt *rapid.T, s *stage) {
	cases, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	if len(cases) == 0 {
		return
	}
	c := cases[rapid.IntRange(0, len(cases)-1).Draw(rt, "case")]
	verb := rapid.SampledFrom([]ledger.Verb{ledger.Approve, ledger.Dismiss, ledger.Undo, ledger.Except, ledger.Revoke}).Draw(rt, "verb")
	o := ledger.Order{Verb: verb, Revision: max(1, len(c.Revisions)), Except: time.Hour}
	if all := c.Excepts(s.w.Now()); len(all) > 0 {
		o.Ends = all[0].ID()
	}
	s.order(c, o)
}

func lifeHolds(rt *rapid.T, s *stage) {
	if s.broken != nil {
		rt.Errorf("the engine failed: %v", s.broken)
	}
	s.whole()
	cases, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	states := map[string]ledger.State{}
	for _, c := range cases {
		states[c.ID] = c.State
		if c.State.Open() && c.State != ledger.Asked {
			rt.Errorf("case %s is still %s: %s\n%s", c.ID, c.State, steps(c), s.history(c))
		}
		if strings.Contains(c.GivenUp, "fault") {
			rt.Errorf("case %s: %s\n%s", c.ID, c.GivenUp, s.history(c))
		}
		for _, line := range half(c) {
			rt.Errorf("case %s (%s): %s", c.ID, c.State, line)
		}
	}
	effects, err := s.store.Effects(s.Context())
	s.must(err)
	for _, f := range effects {
		for _, h := range f.Owners {
			if states[h] == ledger.Undone || states[h] == "" {
				c, err := s.store.Load(s.Context(), h)
				s.must(err)
				rt.Errorf("effect %s is held by case %q, which is %q\n%s", f.Key, h, states[h], s.history(c))
			}
		}
	}
	// Where a case of the group asks, a person decides whether the group is stopped again.
	asks := slices.ContainsFunc(cases, func(c *ledger.Case) bool { return c.State == ledger.Asked && c.Root.Type == event.Group })
	if done, suspended := slices.ContainsFunc(cases, suspending), suspendedProcesses(s) > 0; done != suspended && !asks {
		rt.Errorf("the group is suspended: %v; a case has done it: %v\n%s", suspended, done, s.histories(cases))
	}
}

// suspending reports whether a case holds the group as suspended. One that was undone, and may not act again, holds only
// the way back.
func suspending(c *ledger.Case) bool {
	return slices.ContainsFunc(c.Revisions, func(r ledger.Revision) bool {
		return r.Superseded == 0 && slices.ContainsFunc(r.Steps, func(st ledger.Step) bool {
			return !st.Aside && len(st.Owned) > 0 && (st.State == ledger.Done || st.State == ledger.Already)
		})
	})
}

func (s *stage) histories(cases []*ledger.Case) (all string) {
	for _, c := range cases {
		all += c.ID + " " + string(c.State) + ": " + steps(c) + "\n" + s.history(c) + "\n"
	}
	return all
}

// half tells the steps that were left in the middle.
func half(c *ledger.Case) (lines []string) {
	for _, r := range c.Revisions {
		for i, st := range r.Steps {
			if slices.Contains([]ledger.StepState{ledger.Intent, ledger.StepReverting}, st.State) {
				lines = append(lines, fmt.Sprintf("step %d of revision %d is left at %q", i, r.Number, st.State))
			}
		}
	}
	return lines
}
