package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const twoDays = 48 * time.Hour

// shrinks is a playbook that has the group's maximum of 4 set to 3, which mends.
func shrinks() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.shrinks", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}, Severity: playbook.Low,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "a large group"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			sizes := action.SetSizes{Group: s.Resource, From: action.Sizes{Max: aws.Int32(4)}, To: action.Sizes{Max: aws.Int32(3)}}
			return action.Plan{Steps: []action.Step{action.Try(sizes)}}
		},
	})
}

func shrunk(s *stage) bool {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	s.must(err)
	return *out.AutoScalingGroups[0].MaxSize == 3
}

// asked is a stage on which the group's maximum is asked about, and nobody's answer means something after two days.
func asked(t *testing.T, means ledger.Silence) *stage {
	s := set(t, world.Options{}, shrinks())
	s.policy.Mode = asks
	s.silenceMeans(means, twoDays)
	version(s, mallory)
	return s
}

// silenceMeans is how long people have, from the next process on.
func (s *stage) silenceMeans(means ledger.Silence, after time.Duration) {
	if s.policy.Approval.Tells == gate.ByNothing {
		s.policy.Approval.Tells = gate.ByReport
	}
	s.policy.Approval.Answer = func(string, gate.Deed) gate.Answer { return gate.Answer{After: after, Silence: means} }
	s.restart()
}

// told counts how often people were told that a case asks.
func (s *stage) told() (n int) {
	for _, r := range s.reports {
		if r == ledger.Asked {
			n++
		}
	}
	return n
}

func (s *stage) stands(c *ledger.Case, state ledger.State, done bool) {
	s.Helper()
	if c.State != state || shrunk(s) != done {
		s.Fatalf("%s at %s, done: %t; want %s, %t\n%s", c.State, s.w.Now(), shrunk(s), state, done, s.history(c))
	}
}

// Two days after people were told, and half a day after they were reminded, it is done; not an hour before.
func TestSilenceActsWhereItWasSaidTo(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.pass(twoDays - time.Hour)
	c := s.only("test.shrinks")
	s.stands(c, ledger.Asked, false)
	if s.told() != 2 || c.Schema != 2 || !strings.Contains(s.history(c), "no answer until 2030-01-09T09:00:") {
		t.Errorf("told %d times, schema %d\n%s", s.told(), c.Schema, s.history(c))
	}
	s.pass(2 * time.Hour)
	c = s.only("test.shrinks")
	s.stands(c, ledger.Verified, true)
	if !strings.HasPrefix(c.Revisions[0].Steps[0].Reason, "silence: nobody answered from 2030-01-07T09:00:") {
		t.Errorf("it is done because of %q", c.Revisions[0].Steps[0].Reason)
	}
	s.whole()
}

// The first message was never accepted: however long that takes, nobody was told, and nobody was silent.
func TestWhoWasNeverToldIsNotSilent(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.deaf = errors.New("no channel answers")
	s.pass(10 * time.Hour)
	c := s.only("test.shrinks")
	if s.stands(c, ledger.Asked, false); c.Revisions[0].Steps[0].Told != nil || c.Schema != 1 {
		t.Fatalf("told: %+v, schema %d", c.Revisions[0].Steps[0].Told, c.Schema)
	}
	s.deaf = nil
	s.pass(twoDays - time.Hour) // the two days begin now
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
	s.pass(2 * time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Verified, true)
}

// The reminder could not be delivered: the end moves until four hours after it is.
func TestWithoutAReminderNothingIsDone(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.pass(time.Hour)
	s.deaf = errors.New("no channel answers")
	s.pass(twoDays + time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
	s.deaf = nil
	s.pass(ledger.Notice - 10*time.Minute)
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
	s.pass(20 * time.Minute)
	s.stands(s.only("test.shrinks"), ledger.Verified, true)
}

// Nothing tells of cases any more, since another configuration came: nobody can be reminded, and nothing is done.
func TestWithoutAChannelNobodyIsReminded(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.pass(time.Hour)
	s.policy.Approval.Tells = gate.ByNothing
	s.restart()
	s.pass(2 * twoDays)
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
}

// What people were told stands, whatever the configuration says by then; and a word of theirs counts, of course.
func TestAPromisedDeadlineStands(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.pass(time.Hour)
	s.silenceMeans(ledger.Acts, 8*time.Hour)
	s.pass(twoDays - 2*time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
	s.silenceMeans(ledger.Holds, 0)
	s.says("sam", ledger.Dismiss, s.only("test.shrinks"))
	s.pass(2 * time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Dismissed, false)
}

// A brake holds what silence would let go, as it holds all else.
func TestABrakeHoldsWhatSilenceLetsGo(t *testing.T) {
	s := asked(t, ledger.Acts)
	s.pass(twoDays - time.Hour)
	s.must(s.store.Halt(s.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
	s.pass(2 * time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Held, false)
	_, err := s.store.Release(s.Context(), s.w.Now(), "all", "sam")
	s.must(err)
	s.pass(time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Verified, true)
}

func TestSilenceExpires(t *testing.T) {
	s := asked(t, ledger.Expires)
	s.pass(twoDays - time.Hour)
	s.stands(s.only("test.shrinks"), ledger.Asked, false)
	s.pass(2 * time.Hour)
	c := s.only("test.shrinks")
	s.stands(c, ledger.Expired, false)
	if last := s.reports[len(s.reports)-1]; last != ledger.Expired {
		t.Errorf("people were last told that it is %s", last)
	}
	version(s, mallory) // it happens again: another case asks
	s.pass(time.Minute)
	if all := s.all(); len(all) != 2 || all[1].State != ledger.Asked {
		t.Errorf("%d cases", len(all))
	}
	s.whole()
}

// People are told again each two days, and nothing is done.
func TestSilenceReminds(t *testing.T) {
	s := asked(t, ledger.Reminds)
	s.pass(5*twoDays + time.Hour)
	c := s.only("test.shrinks")
	if s.stands(c, ledger.Asked, false); s.told() != 6 {
		t.Errorf("told %d times in ten days\n%s", s.told(), s.history(c))
	}
}

// Nothing is said of silence: the case asks on, as before there was any, and an older riposte may carry it.
func TestWithoutAWordSilenceHolds(t *testing.T) {
	s := asked(t, ledger.Holds)
	s.pass(3 * twoDays)
	c := s.only("test.shrinks")
	if s.stands(c, ledger.Asked, false); s.told() != 1 || c.Schema != 1 {
		t.Errorf("told %d times, schema %d", s.told(), c.Schema)
	}
}
