package permissions_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "999988887777"
    name: stranger
    regions: {eu-west-1: {images: [{id: ami-0aaaaaaaaaaaaaaaa, name: foreign, public: true, created: 2029-11-01T00:00:00Z}]}}
  - id: "111122223333"
    name: shop
    users:
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: riposte}]
        inline: {assume: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Resource: "arn:aws:iam::*:role/riposte-*"}]}}
      - {name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}
      - {name: mallory, path: /staff/, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: mallory}]}
      - {name: walter, boundary: "arn:aws:iam::111122223333:policy/team", attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
    roles: %s
    policies: %s
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}, {id: ami-0eeeeeeeeeeeeeeee, name: brief, created: 2029-11-01T00:00:00Z}]
        security_groups: [{id: sg-0isolated, name: riposte-isolation, tags: {"riposte:isolation": "true"}}, {id: sg-0open, name: open, ingress: [0.0.0.0/0]}]
        templates:
          - name: web
            id: lt-0cccccccccccccccc
            default: 2
            versions:
              - {image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, profile: web, tags: {Name: web}}
              - {image: ami-0bbbbbbbbbbbbbbbb, type: t3.small}
          - {name: byname, id: lt-0dddddddddddddddd, versions: [{image: ami-0bbbbbbbbbbbbbbbb}, {image: "resolve:ssm:/golden"}]}
        parameters: [{name: /golden, values: [ami-0bbbbbbbbbbbbbbbb]}]
        launch_configurations: [{name: old, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]
        groups: [{name: web, template: web, min: 1, max: 4, desired: 2, instances: [i-0member]}]
        instances:
          - {id: i-0member, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}
          - {id: i-0alone, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, shutdown: terminate}
        fleets: [{id: fleet-0a, template: lt-0cccccccccccccccc, total: 1, instances: [i-0fleet]}]
        spot_fleets: [{id: sfr-0a, image: ami-0bbbbbbbbbbbbbbbb, total: 1, instances: [i-0spotfleet]}]
        spot_requests: [{id: sir-0a, type: persistent, image: ami-0bbbbbbbbbbbbbbbb, instance: i-0spot}]
`

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

const riposte = "arn:aws:iam::111122223333:user/riposte"

const team = `{"name":"team","document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:*","s3:*"],"Resource":"*"}]}}`

const builder = `{"name":"builder","path":"/ci/","trust":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}}`

// granting is a world whose tiers' roles have what is generated for them, trust policies included, and the access that
// riposte has to it.
func granting(t *testing.T, of []playbook.Definition) (*world.World, *cloud.Cloud) {
	t.Helper()
	trust, err := permissions.Trust(permissions.Trustee{Principal: riposte, ExternalID: "xyzzy"})
	if err != nil {
		t.Fatal(err)
	}
	entry, err := trust.JSON()
	if err != nil {
		t.Fatal(err)
	}
	roles, names := []json.RawMessage{json.RawMessage(builder)}, map[cloud.Purpose]string{}
	for _, tier := range tiers(t, of) {
		doc, err := tier.Document.JSON()
		if err != nil {
			t.Fatal(err)
		}
		roles = append(roles, fmt.Appendf(nil, `{"name":%q,"trust":%s,"inline":{"rights":%s}}`, tier.Role, entry, doc))
		names[cloud.Purpose(tier.Tier)] = tier.Role
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		t.Fatal(err)
	}
	policies := []json.RawMessage{json.RawMessage(team)}
	for _, p := range ready {
		policies = append(policies, fmt.Appendf(nil, `{"name":%q,"document":%s}`, p.Name, p.Document))
	}
	lists := make([]any, 2)
	for i, list := range [][]json.RawMessage{roles, policies} {
		b, err := json.Marshal(list) // JSON is YAML
		if err != nil {
			t.Fatal(err)
		}
		lists[i] = b
	}
	w, err := world.New(fmt.Appendf(nil, shop, lists...), world.Options{PropagationDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	return w, cloud.New(cloud.Options{
		Base: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "riposte"})
		},
		Roles: names, ExternalID: "xyzzy", Guard: cloud.GuardFor(of, action.Kinds()), Now: w.Now,
	})
}

// interfaces are those of an instance.
func interfaces(t *testing.T, c *cloud.Cloud, i event.Resource) (ids []string) {
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

// examples are one action of each kind that is no other's way back.
func examples(t *testing.T, c *cloud.Cloud) []action.Action {
	t.Helper()
	group, alone := ireland.In(event.Group, "web"), ireland.In(event.Instance, "i-0alone")
	mallory, builder := ireland.In(event.User, "staff/mallory"), ireland.In(event.Role, "ci/builder")
	return []action.Action{
		action.Suspend{Group: group, Processes: []string{"Launch"}},
		action.Pin{Group: group, Template: "lt-0cccccccccccccccc", Version: "1"},
		action.HoldFleet{Fleet: ireland.In(event.Fleet, "fleet-0a")}, action.HoldSpotFleet{Fleet: ireland.In(event.SpotFleet, "sfr-0a")},
		action.CancelSpotRequest{Request: ireland.In(event.SpotRequest, "sir-0a")},
		action.Standby{Instance: ireland.In(event.Instance, "i-0member"), Group: "web", Decrement: true},
		action.Terminate{Instance: alone}, action.Stop{Instance: alone},
		action.Isolate{Instance: alone, Interfaces: interfaces(t, c, alone), Groups: []string{"sg-0isolated"}},
		action.DefaultVersion{Template: ireland.In(event.LaunchTemplate, "lt-0cccccccccccccccc"), Version: 1},
		action.Protect{Instance: alone, Attribute: action.AgainstTermination},
		action.DeactivateKey{User: mallory, Key: "AKIAMALLORY000000001"},
		action.AttachUserDeny{User: mallory},
		action.DenyUser{User: mallory, Case: "c_1", Scope: action.Everything},
		action.BoundUser{User: mallory}, action.BoundUser{User: ireland.In(event.User, "walter")},
		action.DenySession{Role: builder, UserID: "AROAEXAMPLE:job-1", Case: "c_1", Scope: action.Destructive},
		action.RevokeSessions{Role: builder, UserID: "AROAEXAMPLE:job-1", Before: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC), Case: "c_1", Scope: action.Everything},
		action.AttachRoleDeny{Role: builder},
	}
}
