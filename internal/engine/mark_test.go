package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// tagging is a stage on which the group is stopped and tagged.
func tagging(t *testing.T, opts world.Options) *stage {
	t.Helper()
	image := "ami-e2"
	s := set(t, opts, finds(&image))
	s.tags = action.TagPrefix
	s.restart()
	return s
}

func groupTags(s *stage) map[string]string {
	s.Helper()
	out, err := clients{s.w, own, nil}.asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"web"}})
	s.must(err)
	tags := map[string]string{}
	for _, t := range out.AutoScalingGroups[0].Tags {
		tags[*t.Key] = *t.Value
	}
	return tags
}

func TestWhatIsChangedIsTaggedAndTheTagsGoWithTheUndo(t *testing.T) {
	s := tagging(t, world.Options{})
	version(s, mallory)
	s.pass(7 * time.Second)
	if tags := groupTags(s); len(tags) != 0 || suspendedProcesses(s) != 1 {
		t.Errorf("the answer waits for tags: %v, %d processes suspended", tags, suspendedProcesses(s))
	}
	s.pass(10 * time.Second)
	c := s.only("test.finds")
	if tags := groupTags(s); tags["riposte:case"] != c.ID || tags["riposte:variance"] != "test.finds" {
		t.Errorf("tags %v", tags)
	}
	s.pass(10 * time.Minute)
	if c = s.only("test.finds"); c.State != ledger.Verified || c.Paged != "" {
		t.Errorf("%s, paged %q", c.State, c.Paged)
	}
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	if tags := groupTags(s); len(tags) != 0 || suspendedProcesses(s) != 0 || s.only("test.finds").State != ledger.Undone {
		t.Errorf("left: tags %v, %d processes suspended\n%s", tags, suspendedProcesses(s), s.histories(s.all()))
	}
	s.whole()
}

// Whatever becomes of a tag, what it is about is contained and verified, and people are not paged.
func TestATagThatFailsIsANote(t *testing.T) {
	for name, fails := range map[string]struct {
		before func(*stage)
		opts   world.Options
		said   string
	}{
		"a user's tag is there": {before: func(s *stage) {
			_, err := clients{s.w, mallory, nil}.asg(ireland).CreateOrUpdateTags(t.Context(), &autoscaling.CreateOrUpdateTagsInput{Tags: []types.Tag{{
				Key: aws.String("riposte:case"), Value: aws.String("mine"), ResourceId: aws.String("web"), ResourceType: aws.String("auto-scaling-group"), PropagateAtLaunch: aws.Bool(false)}}})
			s.must(err)
		}, said: "riposte:case is there with another value, which stays"},
		"AWS does not answer": {opts: world.Options{AfterCall: func(_, operation string) error {
			if operation == "CreateOrUpdateTags" {
				return errors.New("connection reset")
			}
			return nil
		}}, said: "connection reset"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tagging(t, fails.opts)
			if fails.before != nil {
				fails.before(s)
			}
			version(s, mallory)
			s.pass(10 * time.Minute)
			c := s.only("test.finds")
			if c.State != ledger.Verified || c.Paged != "" || suspendedProcesses(s) != 1 {
				t.Errorf("%s, paged %q", c.State, c.Paged)
			}
			if history := s.histories(s.all()); !strings.Contains(history, fails.said) {
				t.Errorf("nothing says %q:\n%s", fails.said, history)
			}
			mine := groupTags(s)["riposte:case"] == "mine"
			s.order(c, ledger.Order{Verb: ledger.Undo})
			s.pass(10 * time.Minute)
			if now := groupTags(s); (now["riposte:case"] == "mine") != mine || !mine && len(now) != 0 {
				t.Errorf("tags %v", now)
			}
		})
	}
}

// Terraform takes off what it does not know: riposte does not fight it.
func TestATagThatIsTakenOffStaysOff(t *testing.T) {
	s := tagging(t, world.Options{})
	version(s, mallory)
	s.pass(10 * time.Second)
	for key := range groupTags(s) {
		_, err := clients{s.w, mallory, nil}.asg(ireland).DeleteTags(t.Context(), &autoscaling.DeleteTagsInput{Tags: []types.Tag{{
			Key: aws.String(key), ResourceId: aws.String("web"), ResourceType: aws.String("auto-scaling-group")}}})
		s.must(err)
	}
	s.pass(10 * time.Minute)
	if c := s.only("test.finds"); c.State != ledger.Verified || c.Paged != "" || len(groupTags(s)) != 0 {
		t.Errorf("%s, paged %q, tags %v", c.State, c.Paged, groupTags(s))
	}
}

// A person is asked once, for the change and its tags together, and is shown both.
func TestATagIsApprovedWithItsChange(t *testing.T) {
	s := tagging(t, world.Options{})
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "the test says ask" }
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	c := s.only("test.finds")
	if asks := c.Asks(0); c.State != ledger.Asked || len(asks) != 2 || len(groupTags(s)) != 0 {
		t.Fatalf("%s asks %v", c.State, asks)
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
	s.pass(10 * time.Minute)
	if c = s.only("test.finds"); c.State != ledger.Verified || len(c.Asks(0)) != 0 || groupTags(s)["riposte:case"] != c.ID {
		t.Errorf("%s, asks %v, tags %v\n%s", c.State, c.Asks(0), groupTags(s), s.histories(s.all()))
	}
}

func TestWhatIsOnlyObservedIsNotTagged(t *testing.T) {
	s := tagging(t, world.Options{})
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) {
		return gate.Observe, "the test says observe"
	}
	s.restart()
	version(s, mallory)
	s.pass(10 * time.Minute)
	if c := s.only("test.finds"); c.State != ledger.Observed || len(groupTags(s)) != 0 ||
		slices.ContainsFunc(c.Revisions[0].Steps, func(x ledger.Step) bool { return x.Verdict != "observe" }) {
		t.Errorf("%s, tags %v", c.State, groupTags(s))
	}
}

// A playbook that only tags has cases as any other, which end at once, take no place in a limit, and are told to no one.
func TestACaseThatOnlyTagsIsNoNews(t *testing.T) {
	owns := playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.owns", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)}, Changes: playbook.Always[struct{}](action.PutTags{}.About().Kind),
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Group, "web"), Title: "a group"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.PutTags{Resource: s.Resource, Tags: []action.Tag{{Key: "owner", Value: "alice"}}})}}
		},
	})
	s := set(t, world.Options{}, owns)
	s.tags, s.policy.Limits = action.TagPrefix, gate.Limits{Incidents: 1, Destroy: 1}
	s.restart()
	for range 3 {
		version(s, mallory)
		s.pass(10 * time.Second)
		_, err := clients{s.w, mallory, nil}.asg(ireland).DeleteTags(t.Context(), &autoscaling.DeleteTagsInput{Tags: []types.Tag{{
			Key: aws.String("owner"), ResourceId: aws.String("web"), ResourceType: aws.String("auto-scaling-group")}}})
		s.must(err)
	}
	version(s, mallory)
	s.pass(10 * time.Second)
	for _, c := range s.all() {
		if c.State != ledger.Verified || c.Paged != "" {
			t.Errorf("%s: %s, paged %q\n%s", c.State, c.Reason, c.Paged, s.history(c))
		}
	}
	if tags := groupTags(s); len(s.all()) != 4 || len(s.reports) != 0 || len(tags) != 1 || tags["owner"] != "alice" {
		t.Errorf("%d cases, reports %v, tags %v", len(s.all()), s.reports, tags)
	}
	for _, c := range s.all() { // each of them wants it
		s.order(c, ledger.Order{Verb: ledger.Undo})
	}
	s.pass(time.Minute)
	if tags := groupTags(s); len(tags) != 0 {
		t.Errorf("tags %v", tags)
	}
	s.whole()
}
