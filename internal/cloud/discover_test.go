package cloud_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/mototest"
)

// tenant is an organisation in the making.
type tenant struct {
	*testing.T
	api  *organizations.Client
	root string
}

func (o tenant) unit(parent, name string) string {
	out, err := o.api.CreateOrganizationalUnit(o.Context(), &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
	if err != nil {
		o.Fatal(err)
	}
	return *out.OrganizationalUnit.Id
}

func (o tenant) account(parent, name string) string {
	made, err := o.api.CreateAccount(o.Context(), &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
	if err != nil {
		o.Fatal(err)
	}
	id := *made.CreateAccountStatus.AccountId
	if _, err := o.api.MoveAccount(o.Context(), &organizations.MoveAccountInput{AccountId: &id, SourceParentId: &o.root, DestinationParentId: &parent}); err != nil {
		o.Fatal(err)
	}
	return id
}

func TestTheOrganisationIsReadAsItStands(t *testing.T) {
	s := mototest.Start(t)
	home := event.Place{Partition: "aws", Region: "us-east-1"}
	o := tenant{T: t, api: organizations.NewFromConfig(s.Config(home))}
	if _, err := o.api.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: "ALL"}); err != nil {
		t.Fatal(err)
	}
	roots, err := o.api.ListRoots(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	o.root = *roots.Roots[0].Id
	workloads := o.unit(o.root, "workloads")
	production := o.unit(workloads, "production")
	shop, lab := o.account(production, "shop"), o.account(workloads, "lab")
	if _, err := o.api.CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: &lab}); err != nil {
		t.Fatal(err)
	}
	c := cloud.New(cloud.Options{
		Base: s.Config, Roles: map[cloud.Purpose]string{cloud.Audit: "riposte-audit"}, Guard: cloud.GuardFor(nil, action.Kinds()), Now: time.Now,
	})
	found, err := c.Accounts(t.Context(), "aws")
	if err != nil {
		t.Fatal(err)
	}
	found = slices.DeleteFunc(found, func(a cloud.Account) bool { return a.ID == mototest.Account })
	want := []cloud.Account{
		{ID: shop, Name: "shop", Active: true, OUs: []string{production, workloads, o.root}, Names: []string{"production", "workloads", "Root"}},
		{ID: lab, Name: "lab", Active: false, OUs: []string{workloads, o.root}, Names: []string{"workloads", "Root"}},
	}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("the organisation: %s", d)
	}
	all, err := ec2.NewFromConfig(s.Config(home)).DescribeRegions(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	names, err := c.Regions(t.Context(), event.Place{Partition: "aws", Account: shop, Region: "us-east-1"})
	if err != nil || len(names) != len(all.Regions) || !slices.Contains(names, "eu-west-1") || !slices.IsSorted(names) {
		t.Errorf("the regions of %s: %v, %v", shop, names, err)
	}
}
