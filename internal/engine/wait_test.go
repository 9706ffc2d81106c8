package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

const month = 30 * 24 * time.Hour

// quarantines is a playbook that decides a quarter of an hour after a launch, suspends the group then, and ends the instance a month later.
// Looks counts how often it read the present.
func quarantines(looks *int, wanted func() bool) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, string]{
		ID: "test.quarantines", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)},
		Window: func(struct{}) time.Duration { return 15 * time.Minute },
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[string] {
			id := request.Answer(e).At("instancesSet").First("instanceId")
			return []playbook.Suspect[string]{{Resource: e.Place().In(event.Group, "web"), Title: "launched " + id, Facts: id}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[string], _ struct{}) ([]playbook.Suspect[string], error) {
			if *looks++; !wanted() {
				return nil, nil
			}
			return []playbook.Suspect[string]{s}, nil
		},
		Plan: func(s playbook.Suspect[string], _ struct{}) action.Plan {
			end := action.Try(action.Terminate{Instance: s.Resource.Place().In(event.Instance, s.Facts)})
			end.After = month
			return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: s.Resource, Processes: launching()}), end}}
		},
	})
}

func always() bool { return true }

// The case waits for the end of its window, then for a month, and another process takes over in both.
func TestADecisionAndAStepWaitForTheirTime(t *testing.T) {
	looks := 0
	s := set(t, world.Options{}, quarantines(&looks, always))
	id := s.launches()
	s.pass(10 * time.Minute)
	if c := s.only("test.quarantines"); c.State != ledger.Suspected || looks != 0 || c.Suspects[0].DecideAt.IsZero() {
		t.Fatalf("in its window the case is %s, after %d looks", c.State, looks)
	}
	s.restart()
	s.pass(10 * time.Minute)
	c := s.only("test.quarantines")
	if c.State != ledger.Verified || steps(c) != "done; act" || looks != 1 {
		t.Fatalf("after its window %s: %s, %d looks\n%s", c.State, steps(c), looks, s.history(c))
	}
	s.restart()
	s.pass(month - time.Hour)
	if c = s.only("test.quarantines"); harmless(s.instance(id)) || c.State != ledger.Verified {
		t.Fatalf("before its time: %s", c.State)
	}
	s.pass(2 * time.Hour)
	if c = s.only("test.quarantines"); !harmless(s.instance(id)) || c.State != ledger.Verified || looks != 2 {
		t.Errorf("after a month %s: %s, %d looks\n%s", c.State, steps(c), looks, s.history(c))
	}
	s.whole()
}

// What is due after a month looks at what has become of the case and its resource meanwhile.
func TestAStepThatWaitedIsDecidedAgain(t *testing.T) {
	for _, c := range []struct {
		story     string
		mode      gate.Decision // of what destroys
		meanwhile func(*stage, *ledger.Case, *bool)
		state     ledger.State
		steps     string
		ends      bool
	}{
		{"the case was taken back", gate.Act, func(s *stage, c *ledger.Case, _ *bool) { s.order(c, ledger.Order{Verb: ledger.Undo}) }, ledger.Undone,
			"undone (taken back); dropped (the case is taken back)", false},
		{"a look does not confirm it any more", gate.Act, func(_ *stage, _ *ledger.Case, wanted *bool) { *wanted = false }, ledger.Verified,
			"done; dropped (no longer called for)", false},
		{"destroying asks", gate.Ask, func(*stage, *ledger.Case, *bool) {}, ledger.Asked, "done; ask", false},
		{"destroying is only observed", gate.Observe, func(*stage, *ledger.Case, *bool) {}, ledger.Verified, "done; observe", false},
		{"nothing happens", gate.Act, func(*stage, *ledger.Case, *bool) {}, ledger.Verified, "done; done", true},
	} {
		t.Run(c.story, func(t *testing.T) {
			looks, wanted := 0, true
			s := set(t, world.Options{}, quarantines(&looks, func() bool { return wanted }))
			s.policy.Mode = func(_, _ string, class action.Class) (gate.Decision, string) {
				if class == action.Destroy {
					return c.mode, "test"
				}
				return gate.Act, "test"
			}
			s.restart()
			id := s.launches()
			s.pass(time.Hour)
			got := s.only("test.quarantines")
			if got.State != ledger.Verified {
				t.Fatalf("after an hour %s: %s", got.State, steps(got))
			}
			c.meanwhile(s, got, &wanted)
			s.pass(month + time.Hour)
			if got = s.only("test.quarantines"); got.State != c.state || steps(got) != c.steps || harmless(s.instance(id)) != c.ends {
				t.Errorf("%s: %s, want %s: %s\n%s", got.State, steps(got), c.state, c.steps, s.history(got))
			}
			s.whole()
		})
	}
}

// Where the quarantine is only observed, nothing is ended at its end, whatever the mode of destroying.
func TestNothingIsEndedThatWasNotQuarantined(t *testing.T) {
	looks := 0
	s := set(t, world.Options{}, quarantines(&looks, always))
	s.policy.Mode = func(_, _ string, class action.Class) (gate.Decision, string) {
		if class == action.Destroy {
			return gate.Act, "test"
		}
		return gate.Observe, "test"
	}
	s.restart()
	id := s.launches()
	s.pass(month + time.Hour)
	if c := s.only("test.quarantines"); harmless(s.instance(id)) || c.State.Open() {
		t.Errorf("%s: %s", c.State, steps(c))
	}
}

// Launches within one window are decided one by one, and what was decided is not kept from being verified by what waits.
func TestASecondSuspectWaitsForItsOwnWindow(t *testing.T) {
	looks := 0
	s := set(t, world.Options{}, quarantines(&looks, always))
	s.launches()
	s.pass(14 * time.Minute)
	s.launches()
	s.pass(3 * time.Minute)
	if c := s.only("test.quarantines"); c.State != ledger.Contained || looks != 1 {
		t.Errorf("between the two windows %s, %d looks: %s", c.State, looks, steps(c))
	}
	s.pass(15 * time.Minute)
	if c := s.only("test.quarantines"); c.State != ledger.Verified || looks != 2 || len(c.Revisions) != 2 {
		t.Errorf("after both %s, %d looks, %d plans: %s\n%s", c.State, looks, len(c.Revisions), steps(c), s.history(c))
	}
}

// The month begins with the quarantine: where a person takes three weeks to approve it, the owner still has a month.
func TestTheClockOfAStepBeginsWithWhatItFollows(t *testing.T) {
	looks := 0
	s := set(t, world.Options{}, quarantines(&looks, always))
	s.policy.Mode = asks
	s.restart()
	id := s.launches()
	s.pass(45 * 24 * time.Hour)
	c := s.only("test.quarantines")
	if c.State != ledger.Asked || harmless(s.instance(id)) {
		t.Fatalf("after 45 days without an answer %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(29 * 24 * time.Hour)
	if c = s.only("test.quarantines"); c.State != ledger.Verified || harmless(s.instance(id)) {
		t.Fatalf("29 days after the approval %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.pass(2 * 24 * time.Hour)
	if c = s.only("test.quarantines"); c.State != ledger.Asked || harmless(s.instance(id)) {
		t.Fatalf("a month after the approval, which was of the quarantine alone, %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(time.Hour)
	if c = s.only("test.quarantines"); c.State != ledger.Verified || !harmless(s.instance(id)) {
		t.Errorf("approved again %s: %s\n%s", c.State, steps(c), s.history(c))
	}
}

// Forty launches within one window, each a suspect of the same case: what does not fit waits without being asked about again and again.
func TestSuspectsThatWaitForAWindowCostNoTurns(t *testing.T) {
	looks := 0
	s := set(t, world.Options{}, quarantines(&looks, always))
	for range 2 * 20 {
		s.launches()
	}
	s.pass(14 * time.Minute)
	c := s.only("test.quarantines")
	if n := len(strings.Split(strings.TrimSpace(s.history(c)), "\n")); n > 60 || looks != 0 {
		t.Errorf("%d lines of history, %d looks before the end of the window", n, looks)
	}
	s.pass(2 * time.Hour)
	if c = s.only("test.quarantines"); c.State != ledger.Verified || looks != 40 {
		t.Errorf("%s after %d looks, %d suspects", c.State, looks, len(c.Suspects))
	}
	s.whole()
}

// Of two instances in one quarantine each has its own month: that one is ended puts the other off by nothing.
func TestTheEndOfOneInstancePutsNoOtherOff(t *testing.T) {
	both := playbook.Define(playbook.Spec[struct{}, []string]{
		ID: "test.both", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[[]string] {
			var ids []string
			for _, i := range request.Answer(e).At("instancesSet").Items() {
				ids = append(ids, i.At("instanceId").Text())
			}
			return []playbook.Suspect[[]string]{{Resource: e.Place().In(event.Group, "web"), Title: "launched", Facts: ids}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[[]string], _ struct{}) ([]playbook.Suspect[[]string], error) {
			return []playbook.Suspect[[]string]{s}, nil
		},
		Plan: func(s playbook.Suspect[[]string], _ struct{}) (p action.Plan) {
			var later []action.Step
			for _, id := range s.Facts {
				i := s.Resource.Place().In(event.Instance, id)
				end := action.Try(action.Terminate{Instance: i})
				end.After = month
				p.Steps, later = append(p.Steps, action.Try(action.Stop{Instance: i})), append(later, end)
			}
			p.Steps = append(p.Steps, later...)
			return p
		},
	})
	s := set(t, world.Options{}, both)
	_, err := clients{w: s.w, by: mallory}.ec2(ireland).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), MinCount: aws.Int32(2), MaxCount: aws.Int32(2),
	})
	s.must(err)
	s.pass(month + time.Hour)
	if c := s.only("test.both"); steps(c) != "done; done; done; done" || c.State != ledger.Verified {
		t.Errorf("a month later %s: %s\n%s", c.State, steps(c), s.history(c))
	}
}
