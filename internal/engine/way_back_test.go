package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/internal/ledger"
)

// The calls by which another caller changes what riposte contained; each leaves one part of the furniture another way.

func (s *stage) resumes(by aws.Credentials, processes ...string) {
	s.Helper()
	_, err := clients{w: s.w, by: by}.asg(ireland).ResumeProcesses(s.Context(), &autoscaling.ResumeProcessesInput{
		AutoScalingGroupName: aws.String("web"), ScalingProcesses: processes,
	})
	s.must(err)
}

func (s *stage) regroups(by aws.Credentials, group string) {
	s.Helper()
	eni, _ := s.network()
	_, err := clients{w: s.w, by: by}.ec2(ireland).ModifyNetworkInterfaceAttribute(s.Context(), &ec2.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: aws.String(eni), Groups: []string{group},
	})
	s.must(err)
}

func (s *stage) defaults(by aws.Credentials, version string) {
	s.Helper()
	_, err := clients{w: s.w, by: by}.ec2(ireland).ModifyLaunchTemplate(s.Context(), &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateName: aws.String("web"), DefaultVersion: aws.String(version),
	})
	s.must(err)
}

func (s *stage) follow(by aws.Credentials, version string) {
	s.Helper()
	_, err := clients{w: s.w, by: by}.asg(ireland).UpdateAutoScalingGroup(s.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"),
		LaunchTemplate:       &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String(version)},
	})
	s.must(err)
}

func (s *stage) bounds(by aws.Credentials, policy string) {
	s.Helper()
	c := clients{w: s.w, by: by}.iam(ireland)
	if policy == "" {
		if s.furniture().Boundary == "" {
			return
		}
		_, err := c.DeleteUserPermissionsBoundary(s.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("bounded")})
		s.must(err)
		return
	}
	_, err := c.PutUserPermissionsBoundary(s.Context(), &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String("bounded"), PermissionsBoundary: aws.String("arn:aws:iam::111122223333:policy/" + policy),
	})
	s.must(err)
}

// Whatever the attacker sets and however often riposte contains it again, what a person gets back is what was so before.
func TestWhatIsTakenBackIsWhatWasSoBeforeTheFirstChange(t *testing.T) {
	for name, attack := range map[string]func(*stage){
		"one process is resumed":          func(s *stage) { s.resumes(mallory, "HealthCheck") },
		"all processes are resumed":       func(s *stage) { resume(s) },
		"the instance gets another group": func(s *stage) { s.regroups(mallory, "sg-0open") },
		"another version is the default":  func(s *stage) { s.defaults(mallory, "3") },
		"the group follows the latest":    func(s *stage) { s.follow(mallory, "$Latest") },
		"the boundary is deleted":         func(s *stage) { s.bounds(mallory, "") },
		"another boundary is set":         func(s *stage) { s.bounds(mallory, "other") },
	} {
		t.Run(name, func(t *testing.T) {
			s := furnish(t)
			before := s.furniture()
			unprotect(s, mallory)
			s.pass(10 * time.Minute)
			for range 2 {
				attack(s)
				s.pass(10 * time.Minute)
			}
			if d := cmp.Diff(contained(), s.furniture()); d != "" {
				t.Fatalf("it was not contained again: %s\n%s", d, s.history(s.only("test.all")))
			}
			s.undoes()
			s.pass(time.Minute)
			c := s.only("test.all")
			if d := cmp.Diff(before, s.furniture()); d != "" || c.State != ledger.Undone {
				t.Errorf("%s: %s: not as it was: %s\n%s", c.State, steps(c), d, s.history(c))
			}
			s.whole()
		})
	}
}

// A person helps himself to one process, and only then takes the rest back.
func TestEightOfNineProcessesGoBack(t *testing.T) {
	s := furnish(t)
	before := s.furniture()
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	s.resumes(own, "Launch")
	s.undoes()
	s.pass(time.Minute)
	if d := cmp.Diff(before, s.furniture()); d != "" {
		t.Errorf("not as it was: %s\n%s", d, s.history(s.only("test.all")))
	}
}

// What a person has arranged since stays, is named, and keeps nothing else from going back.
func TestWhatAPersonArrangedSinceStaysAndIsNamed(t *testing.T) {
	s := furnish(t)
	want := s.furniture()
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	s.regroups(own, "sg-0open")
	s.defaults(own, "3")
	s.bounds(own, "other")
	s.undoes()
	s.pass(time.Minute)
	want.Groups, want.Default, want.Boundary = "sg-0open", "3", "arn:aws:iam::111122223333:policy/other"
	c := s.only("test.all")
	if d := cmp.Diff(want, s.furniture()); d != "" || c.State != ledger.Undone {
		t.Errorf("%s: not as it should be: %s\n%s", c.State, d, s.history(c))
	}
	for _, part := range []string{"[sg-0open]", "default version was set to 3", `policy/other"`} {
		if !strings.Contains(steps(c), part) {
			t.Errorf("%q is not named: %s", part, steps(c))
		}
	}
}

// TestAnyWayBack lets an attacker, an operator that helps itself, death and time come in any order: what is taken back in the
// end is as it was before the first change, but for the parts that the person has changed since.
func TestAnyWayBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := furnish(t)
		r := &reaper{Store: s.store}
		s.store = r
		s.restart()
		want := s.furniture()
		unprotect(s, mallory)
		s.pass(time.Minute)
		for range rapid.IntRange(1, 6).Draw(rt, "moves") {
			anyChange(rt, s, mallory, nil)
			if rapid.IntRange(0, 3).Draw(rt, "dies") == 0 {
				r.died, r.at = "", r.points+rapid.IntRange(1, 12).Draw(rt, "points")
			}
			s.pass(time.Duration(rapid.IntRange(0, 200).Draw(rt, "seconds")) * time.Second)
		}
		r.at = 0
		s.pass(15 * time.Minute)
		if d := cmp.Diff(contained(), s.furniture()); d != "" {
			rt.Fatalf("it is not contained: %s\n%s", d, s.histories(s.all()))
		}
		for range rapid.IntRange(0, 2).Draw(rt, "arranged") {
			anyChange(rt, s, own, &want)
		}
		s.undoes()
		if rapid.Bool().Draw(rt, "dies while it goes back") {
			r.died, r.at = "", r.points+rapid.IntRange(1, 12).Draw(rt, "points")
		}
		s.pass(10 * time.Minute)
		if d := cmp.Diff(want, s.furniture()); d != "" {
			rt.Errorf("not as it was: %s\n%s", d, s.histories(s.all()))
		}
		for _, c := range s.all() {
			if c.State != ledger.Undone {
				rt.Errorf("%s is %s: %s", c.ID, c.State, steps(c))
			}
		}
		if left, err := s.store.Effects(t.Context()); err != nil || len(left) > 0 {
			rt.Errorf("%d effects stand, %v", len(left), err)
		}
		s.whole()
	})
}

// anyChange changes any part of the furniture, and notes in want what a person wants of it.
func anyChange(rt *rapid.T, s *stage, by aws.Credentials, want *furniture) {
	if want == nil {
		want = &furniture{}
	}
	switch rapid.SampledFrom([]string{"process", "group", "default", "version", "boundary", "again"}).Draw(rt, "part") {
	case "process":
		p := rapid.SampledFrom([]string{"Launch", "Terminate", "AlarmNotification"}).Draw(rt, "process") // these ran before
		s.resumes(by, p)
	case "group":
		want.Groups = rapid.SampledFrom([]string{"sg-0open", "sg-0web"}).Draw(rt, "group")
		s.regroups(by, want.Groups)
	case "default":
		want.Default = rapid.SampledFrom([]string{"2", "3"}).Draw(rt, "version")
		s.defaults(by, want.Default)
	case "version":
		want.Version = rapid.SampledFrom([]string{"$Latest", "3"}).Draw(rt, "follows")
		s.follow(by, want.Version)
	case "boundary":
		policy := rapid.SampledFrom([]string{"", "other"}).Draw(rt, "policy")
		s.bounds(by, policy)
		if want.Boundary = policy; policy != "" {
			want.Boundary = "arn:aws:iam::111122223333:policy/" + policy
		}
	case "again":
		if by == mallory { // what a person does is not what the playbook looks for
			unprotect(s, by)
		}
	}
}
