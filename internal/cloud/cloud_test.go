package cloud_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/world"
)

const two = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "999900001111"
    name: security
    users:
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {assume: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Resource: "*"}]}}
  - id: "111122223333"
    name: shop
    roles:
      - name: riposte-audit
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::999900001111:user/riposte"}, Action: "sts:AssumeRole", Condition: {StringEquals: {"sts:ExternalId": "x-1"}}}]}
        inline: {rights: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:Describe*", "autoscaling:Describe*"], Resource: "*"}]}}
      - name: riposte-contain
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::999900001111:user/riposte"}, Action: "sts:AssumeRole", Condition: {StringEquals: {"sts:ExternalId": "x-1"}}}]}
        inline: {rights: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "autoscaling:SuspendProcesses", Resource: "*"}]}}
      - name: riposte-destroy
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:user/mallory"}, Action: "sts:AssumeRole"}]}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}]
        groups: [{name: web, template: web, min: 1, max: 4, desired: 1}]
`

var (
	shop       = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	suspension = action.Suspend{Group: shop.In(event.Group, "web")}
)

type stage struct {
	*testing.T
	w       *world.World
	assumed int // calls of AssumeRole
}

func set(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t}
	w, err := world.New([]byte(two), world.Options{AfterCall: func(_, op string) error {
		if op == "AssumeRole" {
			s.assumed++
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.w = w
	return s
}

func (s *stage) cloud(change func(*cloud.Options)) *cloud.Cloud {
	o := cloud.Options{
		Base: func(p event.Place) aws.Config {
			return s.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
		Roles: map[cloud.Purpose]string{cloud.Audit: "riposte-audit", cloud.Contain: "riposte-contain"}, ExternalID: "x-1",
		Guard: cloud.GuardFor(nil, action.Kinds()), Now: s.w.Now,
	}
	change(&o)
	return cloud.New(o)
}

func suspend(c *cloud.Cloud, t *testing.T) (*access.Trace, error) {
	ctx, trace := access.WithTrace(t.Context())
	_, err := c.Writes(suspension, nil, "c_1").AutoScaling(shop).SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String("web")})
	return trace, err
}

func TestOneSessionServesManyCallsAndIsRenewedInTime(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	look := func() {
		t.Helper()
		if _, err := c.Reads().EC2(shop).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{}); err != nil {
			t.Fatal(err)
		}
	}
	look()
	look()
	if s.assumed != 1 {
		t.Errorf("the role was assumed %d times for two reads", s.assumed)
	}
	if err := s.w.AdvanceTo(s.w.Now().Add(56 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	look()
	if s.assumed != 2 {
		t.Errorf("the role was assumed %d times: a session of an hour is renewed five minutes before its end", s.assumed)
	}
}

func TestAChangeIsMadeInTheCasesNameAndKnownAgain(t *testing.T) {
	s := set(t)
	trace, err := suspend(s.cloud(func(*cloud.Options) {}), t)
	if err != nil || len(trace.Requests()) != 1 {
		t.Fatalf("%v, requests %v", err, trace.Requests())
	}
	if err := s.w.AdvanceTo(s.w.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, d := range s.w.Deliveries() {
		contents, err := event.Unwrap(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		e, err := event.Decode(contents[0].Record)
		if err != nil {
			t.Fatal(err)
		}
		if e.Name == "SuspendProcesses" {
			if e.RequestID != trace.Requests()[0] || e.Actor.Session != "riposte-c_1" || e.Actor.Role != "riposte-contain" {
				t.Errorf("the record says %s, %s of %s", e.RequestID, e.Actor.Session, e.Actor.Role)
			}
			return
		}
	}
	t.Error("the change left no record")
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		story  string
		change func(*cloud.Options)
		is     func(error) bool
	}{
		{"a tier without a role is refused, and nothing is sent", func(o *cloud.Options) { delete(o.Roles, cloud.Contain) }, func(err error) bool {
			var no *cloud.NoRole
			return errors.As(err, &no) && no.Purpose == cloud.Contain
		}},
		{"a call that no action of the tier makes is stopped by the guard", func(o *cloud.Options) { o.Guard = cloud.Guard{} }, func(err error) bool {
			var no *cloud.Refused
			return errors.As(err, &no) && no.Call == "autoscaling:SuspendProcesses"
		}},
		{"a wrong external id", func(o *cloud.Options) { o.ExternalID = "x-2" }, func(error) bool { return true }},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := set(t)
			_, err := suspend(s.cloud(c.change), t)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" || !c.is(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestWhoOnlyObservesAssumesNothingElse(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	_ = c.Writes(suspension, nil, "c_1").AutoScaling(shop)
	_ = c.Writes(action.Terminate{Instance: shop.In(event.Instance, "i-0one")}, nil, "c_1").EC2(shop)
	if s.assumed != 0 {
		t.Errorf("%d sessions were opened before anything was called", s.assumed)
	}
}

func TestWithoutRolesTheProcessActsInItsOwnAccountAlone(t *testing.T) {
	s := set(t)
	c := s.cloud(func(o *cloud.Options) { o.Roles = nil })
	_, err := c.Reads().EC2(shop).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	var no *cloud.NotOurs
	if !errors.As(err, &no) || no.Wanted != shop.Account {
		t.Errorf("another account: %v", err)
	}
	home := event.Place{Partition: "aws", Account: "999900001111", Region: "eu-west-1"}
	_, err = c.Reads().EC2(home).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "UnauthorizedOperation" {
		t.Errorf("its own account, in which it has no right to read: %v", err)
	}
	if s.assumed != 0 {
		t.Errorf("%d roles were assumed", s.assumed)
	}
}

func TestStepsOfOnePlanShareASessionAndCasesDoNot(t *testing.T) {
	s := set(t)
	c := s.cloud(func(*cloud.Options) {})
	some := action.Suspend{Group: shop.In(event.Group, "web"), Processes: []string{"Launch"}}
	plan := []action.Action{some, action.Terminate{Instance: shop.In(event.Instance, "i-0one")}, suspension}
	for _, step := range []action.Action{some, suspension} {
		if err := step.Do(t.Context(), c.Writes(step, plan, "c_1")); err != nil {
			t.Fatal(err)
		}
	}
	if s.assumed != 1 {
		t.Errorf("two steps of one tier took %d sessions", s.assumed)
	}
	if err := suspension.Do(t.Context(), c.Writes(suspension, plan, "c_2")); err != nil || s.assumed != 2 {
		t.Errorf("another case goes by the name of the first: %v, %d sessions", err, s.assumed)
	}
}

// What the base brings is shared by all sessions: one session's guard must not stand around another's calls.
func TestSessionsDoNotShareWhatStandsAroundTheirCalls(t *testing.T) {
	s := set(t)
	c := s.cloud(func(o *cloud.Options) {
		base, options := o.Base, []func(*middleware.Stack) error(nil)
		o.Base = func(p event.Place) aws.Config {
			cfg := base(p)
			if options == nil {
				options = append(make([]func(*middleware.Stack) error, 0, 20), cfg.APIOptions...)
			}
			cfg.APIOptions = options
			return cfg
		}
	})
	if err := s.look(c, shop); err != nil {
		t.Fatal(err)
	}
	if _, err := suspend(c, t); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Reads().AutoScaling(shop).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{}); err != nil {
		t.Errorf("another service of the first session: %v", err)
	}
}

// Not even a type assertion gets more out of it: a playbook that is handed reads holds no client.
func TestWhoReadsHoldsNothingThatChanges(t *testing.T) {
	reads := set(t).cloud(func(*cloud.Options) {}).Reads()
	for named, handed := range map[reflect.Type]any{
		reflect.TypeFor[access.EC2Reads]():         reads.EC2(shop),
		reflect.TypeFor[access.AutoScalingReads](): reads.AutoScaling(shop),
		reflect.TypeFor[access.IAMReads]():         reads.IAM(shop),
		reflect.TypeFor[access.SSMReads]():         reads.SSM(shop),
	} {
		for m := range reflect.TypeOf(handed).Methods() {
			if _, ok := named.MethodByName(m.Name); !ok {
				t.Errorf("the holder of a %s can call %s", named.Name(), m.Name)
			}
		}
	}
}
