package cloud_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const estate = `
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
    users:
      - {name: mallory, path: /staff/, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: mallory}]}
      - ` + actiontest.LeaverUser + `
    roles:
%s
      - name: builder
        path: /ci/
        inline: {scaling: '` + actiontest.Scaling + `'}
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}
    policies:
      - {name: team, document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}}
      - {name: riposte-deny-boundary, document: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}}` + actiontest.Regions

// granted is a world where riposte has the roles that its permissions describe, and nothing else.
func granted(t *testing.T) (*world.World, *cloud.Cloud) {
	t.Helper()
	tiers, err := permissions.For([]playbook.Definition{{ID: "test.all", Changes: action.Kinds()}}, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	var roles strings.Builder
	named := map[cloud.Purpose]string{}
	for _, p := range tiers {
		b, err := p.Document.JSON()
		if err != nil {
			t.Fatal(err)
		}
		named[cloud.Purpose(p.Tier)] = p.Role
		fmt.Fprintf(&roles, `      - name: %s
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::999900001111:user/riposte"}, Action: "sts:AssumeRole"}]}
        inline: {rights: %s}
`, p.Role, b)
	}
	w, err := world.New([]byte(fmt.Sprintf(estate, roles.String())), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, cloud.New(cloud.Options{
		Base: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
		Roles: named, Guard: cloud.GuardFor(nil, action.Kinds()), Now: w.Now,
	})
}

// every returns the examples of all kinds, and one with a target of unknown path.
func every(t *testing.T, c *cloud.Cloud) map[string]action.Action {
	t.Helper()
	all := actiontest.ShopOf(t, c.Reads(), shop).Examples()
	all["deny by a bare name"] = action.DenyUser{User: shop.In(event.User, "mallory"), Case: "c_1", Scope: action.Everything}
	return all
}

// What a session is narrowed to must be enough for what it is for: a session policy that is too narrow switches the
// defence off.
func TestEveryActionAndItsWayBackWorkInTheirNarrowSessions(t *testing.T) {
	_, c := granted(t)
	seen := map[string]bool{}
	for name, a := range every(t, c) {
		for _, how := range []string{"alone", "in a batch"} {
			t.Run(name+" "+how, func(t *testing.T) {
				w, c := granted(t)
				var with []action.Action
				if how == "in a batch" {
					with = slices.Collect(maps.Values(every(t, c)))
				}
				look, err := a.Look(t.Context(), c.Reads())
				if err != nil || look.Satisfied || look.Missing != "" || look.Refused != "" {
					t.Fatalf("the world is not fit for the test: %+v, %v", look, err)
				}
				if err := a.Do(t.Context(), c.Writes(a, with, "c_1")); err != nil {
					t.Fatalf("do: %v", err)
				}
				if after, err := a.Look(t.Context(), c.Reads()); err != nil || !after.Satisfied && after.Under == "" {
					t.Errorf("done, and not there: %+v, %v", after, err)
				}
				seen[a.About().Kind.Name] = true
				if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil { // what is stopping stops
					t.Fatal(err)
				}
				if look.Inverse == nil {
					return
				}
				if err := look.Inverse.Do(t.Context(), c.Writes(look.Inverse, nil, "c_1")); err != nil {
					t.Fatalf("take back: %v", err)
				}
				seen[look.Inverse.About().Kind.Name] = true
			})
		}
	}
	for _, k := range action.Kinds() {
		if !seen[k.Name] {
			t.Errorf("%s was never done in a narrow session", k.Name)
		}
	}
}

func TestASessionReachesNothingElse(t *testing.T) {
	_, c := granted(t)
	w := c.Writes(action.Terminate{Instance: shop.In(event.Instance, "i-0alone")}, nil, "c_1")
	_, err := w.EC2(shop).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0member"}})
	if err == nil || !strings.Contains(err.Error(), "session policy") {
		t.Errorf("an instance that the step is not about: %v", err)
	}
}
