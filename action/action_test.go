package action_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - {name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}
      - {name: mallory, path: /staff/, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: mallory}]}
      - {name: guarded, id: AIDAGUARDED000000001, mfa: ["arn:aws:iam::111122223333:mfa/guarded"], attached: ["arn:aws:iam::111122223333:policy/riposte-deny"], tags: {"riposte:case": c_1}}
      - ` + actiontest.LeaverUser + `
    roles:
      - name: builder
        path: /ci/
        inline: {scaling: '` + actiontest.Scaling + `'}
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}
    policies:
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: riposte-deny-boundary, document: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: team, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}` + actiontest.Regions

var (
	ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	group   = ireland.In(event.Group, "web")
	fleet   = ireland.In(event.Fleet, "fleet-0a")
	alone   = ireland.In(event.Instance, "i-0alone")
	mallory = ireland.In(event.User, "staff/mallory")
	builder = ireland.In(event.Role, "ci/builder")
)

func open(t *testing.T) (*world.World, *actiontest.AWS) {
	t.Helper()
	w, err := world.New([]byte(shop), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	operator := aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"}
	return w, actiontest.On(func(p event.Place) aws.Config { return w.Config(p, operator) }).Settling(func() {
		if err := w.AdvanceTo(w.Now().Add(15 * time.Second)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEveryActionKeepsTheContract(t *testing.T) {
	fresh := func(t *testing.T) *actiontest.AWS { _, c := open(t); return c }
	c := fresh(t)
	shop := actiontest.ShopOf(t, c.Reads(), ireland)
	if left := census(t, func(string) *actiontest.AWS { return c }, shop.Examples()); len(left) > 0 {
		t.Errorf("no action of the kinds %v, and no way back of one, is among the examples", left)
	}
	for name, a := range shop.Examples() {
		t.Run(name, func(t *testing.T) { actiontest.Run(t, fresh, a) })
	}
}

func TestUndoResumesOnlyWhatRiposteSuspended(t *testing.T) {
	_, c := open(t)
	suspend := action.Suspend{Group: group}
	look, err := suspend.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatal(err)
	}
	run(t, c, suspend, look.Inverse)
	out, err := c.Reads().AutoScaling(ireland).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	still := out.AutoScalingGroups[0].SuspendedProcesses
	if len(still) != 1 || aws.ToString(still[0].ProcessName) != "AZRebalance" {
		t.Errorf("suspended after the way back: %+v, want AZRebalance, which was before riposte came", still)
	}
}

func TestUndoGivesTheFormerBoundaryBack(t *testing.T) {
	team := "arn:aws:iam::111122223333:policy/team"
	bounded := func(t *testing.T) *actiontest.AWS {
		_, c := open(t)
		run(t, c, action.UnboundUser{User: mallory, Previous: team})
		return c
	}
	actiontest.Run(t, bounded, action.BoundUser{User: mallory})
	look, err := action.BoundUser{User: mallory}.Look(t.Context(), bounded(t).Reads())
	if want := (action.UnboundUser{User: mallory, Previous: team}); err != nil || look.Inverse != want {
		t.Errorf("way back %+v, %v", look.Inverse, err)
	}
}

func TestWhatIsGoneIsLeftAlone(t *testing.T) {
	_, c := open(t)
	nobody, nowhere := ireland.In(event.User, "staff/nobody"), ireland.In(event.Instance, "i-0123456789abcdef0")
	for _, a := range []action.Action{
		action.Suspend{Group: ireland.In(event.Group, "none")}, action.Terminate{Instance: nowhere},
		action.Isolate{Instance: nowhere, Interfaces: []string{"eni-0"}, Groups: []string{"sg-0isolated"}},
		action.Pin{Group: ireland.In(event.Group, "none"), Template: "lt-0cccccccccccccccc", Version: "1"},
		action.HoldFleet{Fleet: ireland.In(event.Fleet, "fleet-0none")}, action.HoldSpotFleet{Fleet: ireland.In(event.SpotFleet, "sfr-0none")},
		action.CancelSpotRequest{Request: ireland.In(event.SpotRequest, "sir-0none")},
		action.Standby{Instance: alone, Group: "web"}, action.Protect{Instance: nowhere, Attribute: action.AgainstTermination},
		action.DefaultVersion{Template: ireland.In(event.LaunchTemplate, "lt-0123456789abcdef0"), Version: 1},
		action.DeactivateKey{User: nobody, Key: "AKIAMALLORY000000001"}, action.DeactivateKey{User: mallory, Key: "AKIAGONE000000000001"},
		action.AttachUserDeny{User: nobody}, action.DenyUser{User: nobody, Case: "c_1", Scope: action.Everything}, action.BoundUser{User: nobody},
		action.DenySession{Role: ireland.In(event.Role, "gone"), UserID: "AROAEXAMPLE:x", Case: "c_1", Scope: action.Everything},
		action.AttachRoleDeny{Role: ireland.In(event.Role, "gone")},
	} {
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil || look.Missing == "" || look.Satisfied || look.Inverse != nil {
			t.Errorf("%s of %s: %+v, %v", a.About().Kind.Name, a.About().Target, look, err)
		}
	}
}

func TestAProtectedInstanceIsNotTerminatedAndNotUnprotected(t *testing.T) {
	_, c := open(t)
	a := action.Terminate{Instance: ireland.In(event.Instance, "i-0protected")}
	if err := a.Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Fatalf("%v, want a definitive refusal", err)
	}
	if calls := c.Calls(); len(calls) != 1 || calls[0] != "ec2:TerminateInstances" {
		t.Errorf("it called %v", calls)
	}
}

func TestAThrottledCallIsNoRefusal(t *testing.T) {
	w, c := open(t)
	w.Throttle("ec2", "TerminateInstances", 50)
	if err := (action.Terminate{Instance: alone}).Do(t.Context(), c.Writes()); err == nil || errors.Is(err, action.ErrCannot) {
		t.Errorf("%v, want an error that is tried again", err)
	}
}

func run(t *testing.T, c *actiontest.AWS, actions ...action.Action) {
	t.Helper()
	for _, a := range actions {
		if err := a.Do(t.Context(), c.Writes()); err != nil {
			t.Fatalf("%s: %v", a.About().Kind.Name, err)
		}
	}
	c.Calls()
}

func interfacesOf(t *testing.T, c *actiontest.AWS, i event.Resource) (ids []string) {
	t.Helper()
	out, err := c.Reads().EC2(i.Place()).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{i.ID}})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range out.Reservations[0].Instances[0].NetworkInterfaces {
		ids = append(ids, aws.ToString(n.NetworkInterfaceId))
	}
	return ids
}
