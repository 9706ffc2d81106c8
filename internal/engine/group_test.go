package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const foreign = "ami-0aaaaaaaaaaaaaaaa"

// launches is a playbook for the tests: what a group launches from the foreign image is stopped and terminated.
func launches() playbook.Definition { return launchesWhile(func() bool { return true }) }

// launchFacts are those of launches: a finding is of the image, whichever instance runs it.
type launchFacts struct{ Image, Instance string }

func (f launchFacts) Found() []string { return []string{"image " + f.Image} }

// launchesWhile is that playbook as long as the image is foreign.
func launchesWhile(foreignStill func() bool) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, launchFacts]{
		ID: "test.launch", Title: "foreign image", Severity: playbook.High,
		On:      []playbook.Trigger{playbook.Call(call.EC2RunInstances).AlsoByAWS()},
		Changes: playbook.Always[struct{}](),
		Suspect: func(e event.Event, _ struct{}) (out []playbook.Suspect[launchFacts]) {
			if e.Failed() {
				return nil
			}
			var r struct {
				InstancesSet struct {
					Items []struct {
						InstanceID, ImageID string
						TagSet              struct{ Items []struct{ Key, Value string } }
					}
				}
			}
			_ = json.Unmarshal(e.Response, &r)
			for _, i := range r.InstancesSet.Items {
				root := e.Place().In(event.Instance, i.InstanceID)
				for _, tag := range i.TagSet.Items {
					if tag.Key == "aws:autoscaling:groupName" {
						root = e.Place().In(event.Group, tag.Value)
					}
				}
				out = append(out, playbook.Suspect[launchFacts]{Resource: root, Title: "launched " + i.InstanceID, Facts: launchFacts{i.ImageID, i.InstanceID}})
			}
			return out
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[launchFacts], _ struct{}) ([]playbook.Suspect[launchFacts], error) {
			if s.Facts.Image != foreign || !foreignStill() {
				return nil, nil
			}
			return []playbook.Suspect[launchFacts]{s}, nil
		},
		Plan: func(s playbook.Suspect[launchFacts], _ struct{}) action.Plan {
			var p action.Plan
			if s.Resource.Type == event.Group {
				p.Steps = append(p.Steps, action.Try(action.Suspend{Group: s.Resource}).Required())
			}
			p.Steps = append(p.Steps, action.Try(action.Terminate{Instance: s.Resource.Place().In(event.Instance, s.Facts.Instance)}))
			return p
		},
	})
}

// panicError moves the group's template to the foreign image and asks for one more instance.
func panicError(s *stage) {
	s.Helper()
	attacker := ec2.NewFromConfig(s.w.Config(ireland, mallory))
	_, err := attacker.CreateLaunchTemplateVersion(s.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("1"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String(foreign)},
	})
	s.must(err)
	want(s, 2)
}

// want sets how many instances the group keeps.
func want(s *stage, n int32) {
	s.Helper()
	_, err := autoscaling.NewFromConfig(s.w.Config(ireland, mallory)).SetDesiredCapacity(s.Context(), &autoscaling.SetDesiredCapacityInput{
		AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(n),
	})
	s.must(err)
}

// resume lets the group work again, by the attacker.
func resume(s *stage) {
	s.Helper()
	_, err := autoscaling.NewFromConfig(s.w.Config(ireland, mallory)).ResumeProcesses(s.Context(), &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("web")})
	s.must(err)
}

func suspendedProcesses(s *stage) int {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	s.must(err)
	return len(out.AutoScalingGroups[0].SuspendedProcesses)
}

// foreigners counts the instances of the foreign image that run.
func foreigners(s *stage) int {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().ec2(ireland).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("image-id"), Values: []string{foreign}}, {Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}},
	})
	s.must(err)
	n := 0
	for _, r := range out.Reservations {
		n += len(r.Instances)
	}
	return n
}

func TestForeignImageInGroup(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.pass(10 * time.Minute)

	c := s.only("test.launch")
	if c.State != ledger.Verified || steps(c) != "done; done" {
		t.Errorf("state %s, steps %s", c.State, steps(c))
	}
	if suspendedProcesses(s) != len(action.Processes()) || foreigners(s) != 0 {
		t.Errorf("%d processes suspended, %d foreign instances", suspendedProcesses(s), foreigners(s))
	}
	if c.Times.Contained.Sub(c.Times.Received) != 0 || c.Times.Received.Sub(c.Times.Occurred) != 5*time.Second {
		t.Errorf("times %+v", c.Times)
	}
	if len(s.reports) == 0 || s.reports[len(s.reports)-1] != ledger.Verified {
		t.Errorf("reports %v", s.reports)
	}
	s.whole()
}

func TestObserveChangesNothing(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) {
		return gate.Observe, "observe is the default"
	}
	s.restart()
	panicError(s)
	s.pass(10 * time.Minute)
	c := s.only("test.launch")
	if c.State != ledger.Observed || c.Reason != "mode: observe is the default" {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
	if suspendedProcesses(s) != 0 || foreigners(s) != 1 {
		t.Error("something was changed")
	}
}

func TestAskedApprovedAndDone(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }
	s.restart()
	panicError(s)
	s.pass(time.Minute)
	c := s.only("test.launch")
	if c.State != ledger.Asked || foreigners(s) == 0 {
		t.Fatalf("%s, %d", c.State, foreigners(s))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(5 * time.Minute)
	if c = s.only("test.launch"); c.State != ledger.Verified || foreigners(s) != 0 {
		t.Errorf("%s, %s", c.State, steps(c))
	}
}

func TestAskedAndDismissed(t *testing.T) {
	s := set(t, world.Options{}, launches())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }
	s.restart()
	panicError(s)
	s.pass(time.Minute)
	s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Dismiss, Reason: "a drill"})
	s.pass(time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Dismissed || suspendedProcesses(s) != 0 {
		t.Errorf("%s, %s", c.State, steps(c))
	}
}

func TestUndo(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.pass(5 * time.Minute)
	s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Undo, Reason: "known image"})
	s.pass(10 * time.Minute)
	cases, err := s.store.Cases(t.Context(), ledger.Filter{Playbook: "test.launch"})
	s.must(err)
	c := cases[0]
	if c.State != ledger.Undone || steps(c) != "undone (taken back); stays (a terminated instance is gone for good)" {
		t.Errorf("%s: %s", c.State, steps(c))
	}
	if suspendedProcesses(s) != 0 {
		t.Error("the group was not resumed")
	}
	// The group, working again, launches from the same image: the exception that the taking back wrote keeps it quiet.
	for _, c := range cases[1:] {
		if c.State != ledger.Excepted {
			t.Errorf("a second case is %s, %s", c.State, c.Reason)
		}
	}
	if len(cases) < 2 || foreigners(s) == 0 {
		t.Errorf("%d cases, %d foreign instances: the story did not go on", len(cases), foreigners(s))
	}
	s.whole()
}
