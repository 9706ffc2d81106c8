package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	asgtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// launches has mallory launch what may not run, and returns the instance.
func (s *stage) launches() string {
	s.Helper()
	out, err := clients{w: s.w, by: mallory}.ec2(ireland).RunInstances(s.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	s.must(err)
	return *out.Instances[0].InstanceId
}

// EC2's notice comes first and names no caller; CloudTrail's record comes later and does. One case, one change.
func TestANoticeIsAnsweredAndItsRecordBringsTheCaller(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: 40 * time.Second}, launch.UnapprovedImage())
	id := s.launches()
	s.pass(3 * time.Second)
	if !harmless(s.instance(id)) {
		t.Fatal("three seconds after the launch the instance still runs")
	}
	if c := s.only("launch.unapproved-image"); c.Origin.Actor.ARN != "" || !c.Origin.Noticed() {
		t.Errorf("before the record the caller is said to be %q", c.Origin.Actor.ARN)
	}
	s.pass(5 * time.Minute)
	c := s.only("launch.unapproved-image")
	if !strings.HasSuffix(c.Origin.Actor.ARN, "user/mallory") || c.State != ledger.Verified || steps(c) != "done" {
		t.Errorf("caller %q, %s, %s\n%s", c.Origin.Actor.ARN, c.State, steps(c), s.history(c))
	}
	s.whole()
}

// Whichever comes first decides. A notice behind its record tells nothing new.
func TestANoticeBehindItsRecordChangesNothing(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: 40 * time.Second, DeliveryDelay: time.Second}, launch.UnapprovedImage())
	s.launches()
	s.pass(10 * time.Minute)
	c := s.only("launch.unapproved-image")
	if c.State != ledger.Verified || steps(c) != "done" || !strings.HasSuffix(c.Origin.Actor.ARN, "user/mallory") {
		t.Errorf("%s, %s, %q\n%s", c.State, steps(c), c.Origin.Actor.ARN, s.history(c))
	}
}

// Both are there before riposte looks at either, and ask: an approval is of one plan, whichever told of it first.
func TestANoticeAndItsRecordAskOnce(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: 5 * time.Second}, launch.UnapprovedImage())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }
	s.restart()
	id := s.launches()
	s.pass(time.Minute)
	c := s.only("launch.unapproved-image")
	if c.State != ledger.Asked || len(c.Revisions) != 1 || !strings.HasSuffix(c.Origin.Actor.ARN, "user/mallory") {
		t.Fatalf("%s, %d plans, caller %q\n%s", c.State, len(c.Revisions), c.Origin.Actor.ARN, s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(5 * time.Minute)
	if c = s.only("launch.unapproved-image"); c.State != ledger.Verified || !harmless(s.instance(id)) {
		t.Errorf("approved, and %s: %s", c.State, steps(c))
	}
}

// Where automation is trusted to launch, a notice does not say whether it did: its record does.
func TestTrustedAutomationIsNotAnsweredBeforeItsRecordNamesIt(t *testing.T) {
	for _, c := range []struct {
		story, trusted string
		delivery       time.Duration
		after          time.Duration
		want           ledger.State
		runs           bool
	}{
		{"the record is still to come", "mallory", 5 * time.Minute, time.Minute, ledger.Held, true},
		{"it is the trusted principal's", "mallory", time.Minute, 5 * time.Minute, ledger.Excepted, true},
		{"it is another's", "riposte", time.Minute, 5 * time.Minute, ledger.Verified, false},
		{"no record comes", "mallory", 24 * time.Hour, 20 * time.Minute, ledger.Asked, true},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: c.delivery}, launch.UnapprovedImage())
			s.policy.Trusted = []gate.Trust{{Issuer: s.principal(c.trusted), Playbooks: []string{"launch.*"}}}
			s.restart()
			id := s.launches()
			s.pass(c.after)
			got := s.only("launch.unapproved-image")
			if got.State != c.want || harmless(s.instance(id)) == c.runs {
				t.Errorf("%s, want %s; harmless: %v\n%s", got.State, c.want, harmless(s.instance(id)), s.history(got))
			}
		})
	}
}

// Where a playbook only observes, there is nothing to be sooner for.
func TestANoticeOpensNoCaseWhereNothingIsAnswered(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: 40 * time.Second}, launch.UnapprovedImage())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Observe, "observe" }
	s.restart()
	s.launches()
	s.pass(10 * time.Second)
	if all := s.all(); len(all) != 0 {
		t.Errorf("%d cases before the record", len(all))
	}
	s.pass(time.Minute)
	if c := s.only("launch.unapproved-image"); c.State != ledger.Observed {
		t.Errorf("%s", c.State)
	}
}

// A trail that was switched off brings no record: what was contained stays so, and the case ends without a caller.
func TestACaseDoesNotWaitForEverForItsRecord(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: 24 * time.Hour}, launch.UnapprovedImage())
	s.launches()
	s.pass(10 * time.Minute)
	if c := s.only("launch.unapproved-image"); c.State != ledger.Contained {
		t.Errorf("after ten minutes %s, and its record may still come", c.State)
	}
	s.pass(10 * time.Minute)
	if c := s.only("launch.unapproved-image"); c.State != ledger.Verified {
		t.Errorf("after twenty minutes %s", c.State)
	}
}

// One call launches three hundred instances, and EC2 sends three hundred notices: most are left to the call's one record.
func TestOneCallCannotMakeAThousandCasesByNotices(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Second, DeliveryDelay: 10 * time.Second}, launch.UnapprovedImage())
	_, err := clients{w: s.w, by: mallory}.ec2(ireland).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), MinCount: aws.Int32(300), MaxCount: aws.Int32(300),
	})
	s.must(err)
	s.pass(2 * time.Second)
	if n := len(s.all()); n != 20 {
		t.Errorf("300 notices of approved launches opened %d cases", n)
	}
	id := s.launches()
	s.pass(15 * time.Second)
	if !harmless(s.instance(id)) {
		t.Error("an attack behind the noise was not answered by its record")
	}
}

// One call is one incident, by its notices as by its record: it uses up no limit, for itself or for others.
func TestOneLaunchOfManyIsOneIncident(t *testing.T) {
	for story, notice := range map[string]time.Duration{"the record is first": 10 * time.Minute, "the notices are": time.Second} {
		t.Run(story, func(t *testing.T) {
			s := set(t, world.Options{NoticeDelay: notice, DeliveryDelay: 40 * time.Second}, launch.UnapprovedImage())
			s.policy.Limits.Incidents, s.policy.Limits.Destroy = 10, 2
			s.restart()
			out, err := clients{w: s.w, by: mallory}.ec2(ireland).RunInstances(s.Context(), &ec2.RunInstancesInput{
				ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(8), MaxCount: aws.Int32(8),
			})
			s.must(err)
			s.pass(5 * time.Minute)
			for _, i := range out.Instances {
				if !harmless(s.instance(*i.InstanceId)) {
					t.Errorf("%s still runs", *i.InstanceId)
				}
			}
		})
	}
}

// A notice may tell of an instance that its owner has ended since: there is nothing to contain, and the case says that it was looked for.
func TestANoticeOfAnInstanceThatIsGoneChangesNothing(t *testing.T) {
	s := set(t, world.Options{NoticeDelay: time.Minute, DeliveryDelay: 10 * time.Minute}, launch.UnapprovedImage())
	id := s.launches()
	_, err := clients{w: s.w, by: mallory}.ec2(ireland).TerminateInstances(s.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	s.must(err)
	s.pass(5 * time.Minute)
	c := s.only("launch.unapproved-image")
	if c.State != ledger.Dismissed || steps(c) != "" || !strings.Contains(s.history(c), "not confirmed: ") {
		t.Errorf("%s, %q\n%s", c.State, steps(c), s.history(c))
	}
}

// A launch hook holds what a group launches. Its notice alone is there: the launch is abandoned before the instance enters service.
func TestALaunchThatAHookHoldsIsAbandoned(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: 24 * time.Hour}, launch.UnapprovedImage())
	web, hers := aws.String("web"), clients{w: s.w, by: mallory}
	_, err := hers.asg(ireland).PutLifecycleHook(s.Context(), &autoscaling.PutLifecycleHookInput{
		AutoScalingGroupName: web, LifecycleHookName: aws.String("gate"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
	})
	s.must(err)
	_, err = hers.ec2(ireland).CreateLaunchTemplateVersion(s.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: web, LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String(foreign)},
	})
	s.must(err)
	_, err = hers.asg(ireland).SetDesiredCapacity(s.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: web, DesiredCapacity: aws.Int32(2)})
	s.must(err)
	s.pass(time.Minute)
	held := s.heldBack("web")
	_, err = s.e.Receive(s.Context(), event.Event{
		Kind: event.Notice, ID: "n-1", Source: event.LaunchLifecycle.Source(), Name: event.LaunchLifecycle.DetailType(), Time: s.w.Now(), Received: s.w.Now(),
		Partition: "aws", Account: ireland.Account, Region: ireland.Region,
		Request: fmt.Appendf(nil, `{"EC2InstanceId":%q,"AutoScalingGroupName":"web","LifecycleHookName":"gate"}`, held),
	})
	s.must(err)
	s.pass(20 * time.Minute)
	if !harmless(s.instance(held)) || s.heldBack("web") != "" {
		t.Errorf("%s lives, %q waits", held, s.heldBack("web"))
	}
	for _, c := range s.all() {
		if text := s.history(c); c.Root.Type == event.Group && (c.State != ledger.Verified || !strings.Contains(text, "autoscaling.abandon-launch")) {
			t.Errorf("%s, %s\n%s", c.State, steps(c), text)
		}
	}
}

// heldBack is the instance of a group that a hook holds, "" for none.
func (s *stage) heldBack(group string) string {
	s.Helper()
	out, err := clients{w: s.w, by: mallory}.asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	s.must(err)
	for _, i := range out.AutoScalingGroups[0].Instances {
		if i.LifecycleState == asgtypes.LifecycleStatePendingWait {
			return *i.InstanceId
		}
	}
	return ""
}
