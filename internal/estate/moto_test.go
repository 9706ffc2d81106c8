package estate

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	organizationtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/mototest"
)

const (
	full  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	noKey = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}]}`
	keys  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"*"}]}`
)

// furnish makes an account where a member of a group may make keys for an administrator.
func furnish(t *testing.T, cfg aws.Config) {
	t.Helper()
	api := iam.NewFromConfig(cfg)
	name := aws.String
	for _, err := range []error{
		second(api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: name("boss")})),
		second(api.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: name("boss"), PolicyName: name("all"), PolicyDocument: name(full)})),
		second(api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: name("eve"), Tags: nil})),
		second(api.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: name("ops")})),
		second(api.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: name("ops"), PolicyName: name("keys"), PolicyDocument: name(keys)})),
		second(api.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: name("ops"), UserName: name("eve")})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// By the wire: the same account twice, once below a control policy that denies what the way needs.
func TestAnOrganisationIsCollectedWithItsControlPolicies(t *testing.T) {
	s := mototest.Start(t)
	api := organizations.NewFromConfig(s.Config(event.Place{Region: "us-east-1"}))
	if _, err := api.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: "ALL"}); err != nil {
		t.Fatal(err)
	}
	roots, err := api.ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	unit, err := api.CreateOrganizationalUnit(t.Context(), &organizations.CreateOrganizationalUnitInput{ParentId: roots.Roots[0].Id, Name: aws.String("guarded")})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := api.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Name: aws.String("no keys"), Description: aws.String("x"), Content: aws.String(noKey), Type: organizationtypes.PolicyTypeServiceControlPolicy})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: policy.Policy.PolicySummary.Id, TargetId: unit.OrganizationalUnit.Id}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, name := range []string{"free", "guarded"} {
		made, err := api.CreateAccount(t.Context(), &organizations.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.com")})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *made.CreateAccountStatus.AccountId)
		furnish(t, s.Assume(t, event.Place{Partition: "aws", Account: ids[len(ids)-1], Region: "us-east-1"}))
	}
	if _, err := api.MoveAccount(t.Context(), &organizations.MoveAccountInput{AccountId: &ids[1], SourceParentId: roots.Roots[0].Id, DestinationParentId: unit.OrganizationalUnit.Id}); err != nil {
		t.Fatal(err)
	}
	guard := cloud.GuardFor(nil, nil)
	guard[cloud.Audit] = append(guard[cloud.Audit], Reads()...)
	c := cloud.New(cloud.Options{Base: s.Config, Roles: map[cloud.Purpose]string{cloud.Audit: "riposte-audit"}, Guard: guard, Now: time.Now})
	o := Options{Partition: "aws", Reads: c.Reads(), Now: time.Now, Controls: func(ctx context.Context) ([]byte, error) {
		accounts, err := c.Accounts(ctx, "aws")
		if err != nil {
			return nil, err
		}
		return ControlsJSON(c.Controls(ctx, "aws", accounts))
	}}
	for _, id := range ids {
		o.Accounts = append(o.Accounts, Account{ID: id, Regions: []string{"eu-west-1"}, Whole: true})
	}
	found, err := Collect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(found.Organisation.Gaps, func(g reach.Gap) bool { return !strings.Contains(g.Why, "counts as outside") }); i >= 0 {
		t.Errorf("%+v", found.Organisation.Gaps[i])
	}
	g, err := reach.Build(found.Organisation)
	if err != nil {
		t.Fatal(err)
	}
	r := g.Search(reach.Query{Sure: true})
	if free, guarded := r.Level("arn:aws:iam::"+ids[0]+":user/eve"), r.Level("arn:aws:iam::"+ids[1]+":user/eve"); free != 1 || guarded != -1 {
		t.Errorf("eve is %d hops away where nothing guards, and %d where keys are denied", free, guarded)
	}
}
