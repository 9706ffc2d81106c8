package engine_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

const image = "launch.unapproved-image"

// authorless is the stage where the author tier was not granted.
type authorless struct{ *stage }

func (a authorless) Writes(do action.Action, with []action.Action, caseID string) access.Writes {
	w := a.stage.Writes(do, with, caseID)
	if do.About().Kind.Tier == action.TierAuthor {
		return ungranted{w}
	}
	return w
}

type ungranted struct{ access.Writes }

func (u ungranted) AutoScaling(p event.Place) access.AutoScalingWrites {
	return roleless{u.Writes.AutoScaling(p)}
}

type roleless struct{ access.AutoScalingWrites }

func (roleless) UpdateAutoScalingGroup(context.Context, *autoscaling.UpdateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error) {
	return nil, &cloud.NoRole{Purpose: cloud.Author}
}

// pins is the shop whose groups are pinned.
func pins(t *testing.T, open func(*stage) engine.AWS) *stage {
	t.Helper()
	s := set(t, world.Options{})
	book, err := launch.UnapprovedImage().Bind(func(p any) error {
		p.(*launch.ImageParams).Group = launch.Pin
		return nil
	})
	s.must(err)
	s.e = engine.New(engine.Options{
		Store: s.store, Playbooks: []playbook.Playbook{book}, Policy: s.policy, AWS: open(s), Reporter: s, Codec: action.NewCodec(action.Kinds()...),
		Timing: engine.DefaultTiming(), Now: s.w.Now, Name: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// follows is the version that the group launches, as it is set.
func follows(s *stage) string {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	s.must(err)
	return aws.ToString(out.AutoScalingGroups[0].LaunchTemplate.Version)
}

// A group that follows $Latest is pinned to what it launched before, goes on healing itself, and follows again after undo.
func TestAPinnedGroupGoesOnWorking(t *testing.T) {
	s := pins(t, func(s *stage) engine.AWS { return s })
	panicError(s)
	s.pass(10 * time.Minute)
	c := s.only(image)
	if c.State != ledger.Verified || steps(c) != "done; done" {
		t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
	if follows(s) != "1" || foreigners(s) != 0 || suspendedProcesses(s) != 0 {
		t.Errorf("the group launches %s, %d foreign instances, %d processes suspended", follows(s), foreigners(s), suspendedProcesses(s))
	}
	if n := inService(s); n != 2 {
		t.Errorf("%d instances in service, want 2: what was terminated is replaced", n)
	}
	s.order(c, ledger.Order{Verb: ledger.Undo, Reason: "known image"})
	s.pass(time.Minute)
	if got := follows(s); got != "$Latest" {
		t.Errorf("after the way back the group launches %s", got)
	}
	s.whole()
}

// Without the author tier the next rung, which needs contain alone, stops the group.
func TestWhereAuthorIsNotGrantedTheGroupIsSuspended(t *testing.T) {
	s := pins(t, func(s *stage) engine.AWS { return authorless{s} })
	panicError(s)
	s.pass(10 * time.Minute)
	c := s.only(image)
	if c.State != ledger.Verified || steps(c) != "done; done" {
		t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
	if follows(s) != "$Latest" || foreigners(s) != 0 || suspendedProcesses(s) != 1 {
		t.Errorf("the group launches %s, %d foreign instances, %d processes suspended", follows(s), foreigners(s), suspendedProcesses(s))
	}
}

// Whoever frees a pinned group meets the next rung.
func TestAGroupThatIsFreedIsSuspended(t *testing.T) {
	s := pins(t, func(s *stage) engine.AWS { return s })
	panicError(s)
	s.pass(20 * time.Second)
	if follows(s) != "1" {
		t.Fatalf("not pinned yet: %s", follows(s))
	}
	attacker := clients{w: s.w, by: mallory}
	s.must(action.Pin{Group: ireland.In(event.Group, "web"), Template: "lt-0cccccccccccccccc", Version: "2"}.Do(t.Context(), attacker.writes()))
	s.pass(10 * time.Minute)
	if foreigners(s) != 0 || suspendedProcesses(s) != 1 {
		t.Errorf("%d foreign instances, %d processes suspended", foreigners(s), suspendedProcesses(s))
	}
}

func inService(s *stage) int {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	s.must(err)
	return len(out.AutoScalingGroups[0].Instances)
}
