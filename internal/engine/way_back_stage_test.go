package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// furnished is a shop in which much was so before: a boundary, security groups, a default version, a suspended process.
const furnished = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}, {id: AKIAMALLORY000000002, secret: second}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - {name: bounded, boundary: "arn:aws:iam::111122223333:policy/corporate"}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    policies:
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: riposte-deny-boundary, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: corporate, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - {name: other, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions:
      eu-west-1:
        security_groups: [{id: sg-0web, name: web}, {id: sg-0isolated, name: isolated}, {id: sg-0open, name: open}]
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates:
          - name: web
            id: lt-0cccccccccccccccc
            default: 2
            versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}, {image: ami-0bbbbbbbbbbbbbbbb, type: t3.small}, {image: ami-0bbbbbbbbbbbbbbbb, type: t3.large}]
        groups: [{name: web, template: web, version: $Default, min: 1, max: 4, desired: 1}]
        instances:
          - {id: i-0cattle, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, security_groups: [sg-0web]}
`

// parts of the furnished shop that the plan of answersAll changes, each by what is so.
type furniture struct{ Running, Groups, Default, Version, Boundary string }

// contained is the shop as riposte wants it.
func contained() furniture {
	return furniture{"", "sg-0isolated", "1", "1", "arn:aws:iam::111122223333:policy/riposte-deny-boundary"}
}

// answersAll is a playbook that changes a part of each sort whenever mallory touches an instance.
func answersAll(eni *string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.all", On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			if e.Actor.UserName != "mallory" { // what was so before the story has records, too
				return nil
			}
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, "i-0cattle"), Title: "touched"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			group, user := ireland.In(event.Group, "web"), event.Place{Partition: "aws", Account: ireland.Account}.In(event.User, "bounded")
			return action.Plan{Steps: []action.Step{
				action.Try(action.Suspend{Group: group}),
				action.Try(action.Isolate{Instance: s.Resource, Interfaces: []string{*eni}, Groups: []string{"sg-0isolated"}}),
				action.Try(action.DefaultVersion{Template: ireland.In(event.LaunchTemplate, "lt-0cccccccccccccccc"), Version: 1}),
				action.Try(action.Pin{Group: group, Template: "lt-0cccccccccccccccc", Version: "1"}),
				action.Try(action.BoundUser{User: user}),
			}}
		},
	})
}

// furnish sets the stage of the furnished shop, in which the group's health checks are off.
func furnish(t *testing.T) *stage {
	t.Helper()
	w, err := world.New([]byte(furnished), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	var eni string
	s := &stage{TB: t, w: w, store: store, books: []playbook.Definition{answersAll(&eni)}, policy: acting(), workers: 1, wake: func() {}}
	t.Cleanup(func() {
		s.must(store.Close())
		s.must(s.broken)
	})
	s.restart()
	eni, _ = s.network()
	stop(s, "HealthCheck")
	return s
}

// network is the one interface of the instance, and its groups.
func (s *stage) network() (eni, groups string) {
	s.Helper()
	out, err := clients{w: s.w, by: own}.ec2(ireland).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0cattle"}})
	s.must(err)
	n := out.Reservations[0].Instances[0].NetworkInterfaces[0]
	var ids []string
	for _, g := range n.Groups {
		ids = append(ids, aws.ToString(g.GroupId))
	}
	return aws.ToString(n.NetworkInterfaceId), strings.Join(ids, " ")
}

// furniture reads what is so.
func (s *stage) furniture() (f furniture) {
	s.Helper()
	c := clients{w: s.w, by: own}
	groups, err := c.asg(ireland).DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	s.must(err)
	web := groups.AutoScalingGroups[0]
	f.Running, f.Version = running(web), aws.ToString(web.LaunchTemplate.Version)
	_, f.Groups = s.network()
	templates, err := c.ec2(ireland).DescribeLaunchTemplates(s.Context(), &ec2.DescribeLaunchTemplatesInput{})
	s.must(err)
	f.Default = fmt.Sprint(*templates.LaunchTemplates[0].DefaultVersionNumber)
	user, err := c.iam(ireland).GetUser(s.Context(), &iam.GetUserInput{UserName: aws.String("bounded")})
	s.must(err)
	if b := user.User.PermissionsBoundary; b != nil {
		f.Boundary = aws.ToString(b.PermissionsBoundaryArn)
	}
	return f
}

func running(g types.AutoScalingGroup) string {
	var names []string
	for _, p := range action.Processes() {
		off := false
		for _, s := range g.SuspendedProcesses {
			off = off || aws.ToString(s.ProcessName) == p
		}
		if !off {
			names = append(names, p)
		}
	}
	return strings.Join(names, " ")
}

// undoes has a person take back whatever case there is.
func (s *stage) undoes() {
	s.Helper()
	for _, c := range s.all() {
		s.order(c, ledger.Order{Verb: ledger.Undo})
	}
}
