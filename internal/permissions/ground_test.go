package permissions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
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
      - ` + actiontest.LeaverUser + `
    roles: %s
    policies: %s` + actiontest.Regions

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

const riposte = "arn:aws:iam::111122223333:user/riposte"

const team = `{"name":"team","document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:*","s3:*"],"Resource":"*"}]}}`

const builder = `{"name":"builder","path":"/ci/","inline":{"scaling":` + actiontest.Scaling + `},"trust":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}}`

// granting returns a world with tiers' roles that have what is generated for them, trust policies included, and the access that
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

// examples returns those of all kinds, and one of a user who has a boundary to give back.
func examples(t *testing.T, c *cloud.Cloud) []action.Action {
	t.Helper()
	all := slices.Collect(maps.Values(actiontest.ShopOf(t, c.Reads(), ireland).Examples()))
	return append(all, action.BoundUser{User: ireland.In(event.User, "walter")})
}
