package setup_test

import (
	"context"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/setup"
)

const (
	hub, manager, shop, lab = "111122223333", "999988887777", "444455556666", "777788889999"
	canonical               = "099720109477"
)

// company is an organisation in memory.
type company struct {
	org      *setup.Organization
	orgErr   error
	accounts []cloud.Account
	listErr  error
	trails   []setup.Trail
	shut     map[string]error          // by account
	running  map[string]map[string]int // by account, by image
	images   map[string]setup.Image
	launches map[string][]setup.Launch // by account
	silent   error                     // what CloudTrail answers
}

func (c *company) Organization(context.Context) (*setup.Organization, error) { return c.org, c.orgErr }

func (c *company) Accounts(context.Context) ([]cloud.Account, error) { return c.accounts, c.listErr }

func (c *company) Trails(context.Context) ([]setup.Trail, error) { return c.trails, nil }

func (c *company) Regions(_ context.Context, account string) ([]string, error) {
	return []string{"us-east-1", "eu-west-1"}, c.shut[account]
}

func (c *company) Instances(_ context.Context, at event.Place) (map[string]int, error) {
	if at.Region != "eu-west-1" {
		return nil, nil
	}
	return c.running[at.Account], nil
}

func (c *company) Images(context.Context, event.Place, []string) (map[string]setup.Image, error) {
	return c.images, nil
}

func (c *company) Launches(_ context.Context, at event.Place, _ time.Time) ([]setup.Launch, bool, error) {
	return c.launches[at.Account], false, c.silent
}

func denied() error { return &smithy.GenericAPIError{Code: "AccessDenied", Message: "not you"} }

const deploy = "arn:aws:iam::" + shop + ":role/ci/deploy"

// ordinary is a company with a hub, a shop and a lab.
func ordinary() *company {
	ou := func(id, name string) ([]string, []string) { return []string{id, "r-ab12"}, []string{name, "Root"} }
	one := func(id, name, unit, called string) cloud.Account {
		a := cloud.Account{ID: id, Name: name, Active: true}
		a.OUs, a.Names = ou(unit, called)
		return a
	}
	return &company{
		org: &setup.Organization{ID: "o-exampleorg1", Management: manager},
		accounts: []cloud.Account{
			one(hub, "security", "ou-ab12-aaaaaaaa", "Security"), one(shop, "shop", "ou-ab12-bbbbbbbb", "Workloads"), one(lab, "lab", "ou-ab12-bbbbbbbb", "Workloads"),
			{ID: "000011112222", Name: "closed"},
		},
		trails:  []setup.Trail{{Name: "org", Region: "eu-west-1", Bucket: "org-trail", Organization: true, Everywhere: true, State: setup.Logging, Management: "all"}},
		running: map[string]map[string]int{shop: {"ami-1": 30, "ami-2": 4, "ami-3": 1, "ami-4": 2}, lab: {"ami-1": 10}},
		images: map[string]setup.Image{
			"ami-1": {Owner: canonical, Name: "ubuntu/24.04"}, "ami-2": {Owner: "137112412989", Alias: "amazon", Name: "al2023"}, "ami-3": {Owner: shop, Name: "golden"},
		},
		launches: map[string][]setup.Launch{shop: {
			{Issuer: deploy, ID: "AROAEXAMPLEDEPLOY0001", Instances: 40},
			{Issuer: "arn:aws:iam::" + shop + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", ID: "AROAEXAMPLESCALE00001", Instances: 20},
			{Issuer: "arn:aws:iam::" + shop + ":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_admin_0", ID: "AROAEXAMPLEPEOPLE0001", Instances: 1},
			{Issuer: "arn:aws:iam::123123123123:role/elsewhere", ID: "AROAEXAMPLEELSE000001", Instances: 9},
		}},
	}
}

func caller(account string) setup.Caller {
	return setup.Caller{ARN: "arn:aws:iam::" + account + ":user/ann", Account: account, Partition: "aws", Region: "eu-west-1"}
}

func options() setup.Options {
	return setup.Options{Past: 90 * 24 * time.Hour, Now: func() time.Time { return time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC) }}
}
