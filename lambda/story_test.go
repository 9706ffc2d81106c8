package lambda

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/ledger"
)

// The group launches a public image: the invocation that brings the record contains it, and wakes verify it after 5, 30 and
// 90 s. That they come twice changes nothing; that they do not come costs the time to the next tick.
func TestContainedAtOnceAndVerifiedByWakes(t *testing.T) {
	for _, c := range []struct {
		name          string
		tick          time.Duration
		lost, doubled bool
		verified      time.Duration // after the containment, at most
		invocations   int           // at most
	}{
		{"wakes alone", 0, false, false, 92 * time.Second, 16},
		{"wakes and ticks", time.Minute, false, false, 92 * time.Second, 20},
		{"every wake twice", 0, false, true, 92 * time.Second, 30},
		{"every wake lost", time.Minute, true, false, 150 * time.Second, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := set(t)
			s.lost, s.doubled = c.lost, c.doubled
			s.attack()
			s.run(c.tick)
			got := s.only()
			if got.State != ledger.Verified || got.Report.Owed() || got.Report.Error != "" {
				t.Fatalf("the case is %s, its report %+v", got.State, got.Report)
			}
			if took := got.Times.Contained.Sub(got.Times.Received); took != 0 {
				t.Errorf("contained %v after the record came, not by the invocation that brought it", took)
			}
			if took := got.Times.Verified.Sub(got.Times.Contained); took < 90*time.Second || took > c.verified {
				t.Errorf("verified after %v", took)
			}
			if s.invoked > c.invocations {
				t.Errorf("%d invocations in five minutes", s.invoked)
			}
			s.nothingRuns()
			var told strings.Builder
			if err := s.figures.Flush(&told); err != nil || !strings.Contains(told.String(), `"CasesContained":1,`) || !strings.Contains(told.String(), `"AnswerSeconds":[0]`) {
				t.Errorf("CloudWatch is told %s, %v", told.String(), err)
			}
			all, err := s.store.Replicas(t.Context())
			if err != nil || len(all) != 1 || all[0].Name != "riposte-function" || !all[0].Function || all[0].Serves(s.w.Now()) != (c.tick > 0) {
				t.Errorf("whoever halts does not see that the function serves: %+v, %v", all, err)
			}
		})
	}
}

// nothingRuns: what was launched is gone, and nothing takes its place.
func (s *stage) nothingRuns() {
	s.Helper()
	own := aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"}
	groups, err := autoscaling.NewFromConfig(s.w.Config(ireland, own)).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		s.Fatal(err)
	}
	suspended := false
	for _, p := range groups.AutoScalingGroups[0].SuspendedProcesses {
		suspended = suspended || aws.ToString(p.ProcessName) == "Launch"
	}
	instances, err := ec2.NewFromConfig(s.w.Config(ireland, own)).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range instances.Reservations {
		for _, i := range r.Instances {
			if i.State.Name == "running" || i.State.Name == "pending" {
				s.Errorf("instance %s is %s", *i.InstanceId, i.State.Name)
			}
		}
	}
	if !suspended {
		s.Error("the group may launch again")
	}
}

// A tick that brings nothing sweeps an account, once a day, and CloudWatch is told how far that reaches.
func TestTheTickSweeps(t *testing.T) {
	s := setOver(t, acting+"organization: {accounts: [{id: \"111122223333\"}], regions: [eu-west-1]}\nsweep: {at: \"03:00\"}\n", nil)
	for range 3 {
		s.run(time.Minute)
	}
	duties, err := s.store.Duties(t.Context(), "2030-01-01")
	if err != nil || len(duties) != 1 || duties[0].Ended.IsZero() || duties[0].Error != "" || duties[0].Day != "2030-01-07" {
		t.Errorf("duties %+v, %v", duties, err)
	}
	all, err := s.store.Coverages(t.Context(), "111122223333")
	if err != nil || len(all) == 0 {
		t.Errorf("coverage %+v, %v", all, err)
	}
	var told strings.Builder
	if err := s.figures.Flush(&told); err != nil || !strings.Contains(told.String(), `"ListingsFailed":0`) {
		t.Errorf("CloudWatch is told %s, %v", told.String(), err)
	}
}

// The function's tick sends a canary, a batch brings its record, and CloudWatch is told how long that took.
func TestTheTickSendsCanaries(t *testing.T) {
	s := setOver(t, acting+"organization: {accounts: [{id: \"111122223333\"}], regions: [eu-west-1]}\ncanary: {every: 1h}\n", nil)
	for range 7 { // each five minutes: the place's turn was within the half hour before, or is now
		s.run(time.Minute)
	}
	var told strings.Builder
	if err := s.figures.Flush(&told); err != nil || strings.Count(told.String(), `"CanarySeconds":[`) != 1 || !strings.Contains(told.String(), `"CanariesMissing":0`) {
		t.Errorf("CloudWatch is told %s, %v", told.String(), err)
	}
	if got := s.only(); got.Playbook != canary.ID || got.State != ledger.Dismissed {
		t.Errorf("the canary's case: %s, %s", got.Playbook, got.State)
	}
}
