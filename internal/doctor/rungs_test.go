package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/permissions"
)

// What an attacker has rewritten, or was never deployed, is found before it is needed.
func TestWhatIsAttachedLiesReady(t *testing.T) {
	moto := mototest.Start(t)
	client := iam.NewFromConfig(moto.Config(ireland))
	if _, err := client.ListPolicies(t.Context(), &iam.ListPoliciesInput{}); err != nil { // moto reads all of AWS's when it is first asked
		t.Fatal(err)
	}
	c := configured(t, `
organization: {accounts: [{id: "`+mototest.Account+`"}], regions: [eu-west-1], roles: {audit: riposte-audit, contain: riposte-contain, external_id: xyzzy}}
`)
	p := doctor.Parts{
		Config: c, Own: moto.Config, Home: ireland, Accounts: []doctor.Account{{ID: mototest.Account, Regions: []string{"eu-west-1"}}},
		Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: "xyzzy", Guard: doctor.Guard(), Now: time.Now}),
	}
	denies := func() (out []string) {
		for _, f := range said(t, p) {
			if strings.Contains(f, " deny") {
				out = append(out, f)
			}
		}
		return out
	}
	if now := denies(); len(now) != 2 || !strings.Contains(now[0], "riposte-deny is not deployed") || !strings.HasPrefix(now[1], "failed") {
		t.Errorf("nothing is deployed: %q", now)
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		t.Fatal(err)
	}
	for _, policy := range ready {
		if _, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &policy.Name, PolicyDocument: aws.String(string(policy.Document))}); err != nil {
			t.Fatal(err)
		}
	}
	if now := denies(); len(now) != 2 || !strings.HasPrefix(now[0], "ok deny") || !strings.HasPrefix(now[1], "ok deny") {
		t.Errorf("both are deployed: %q", now)
	}
	_, err = client.CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{
		PolicyArn: aws.String("arn:aws:iam::" + mototest.Account + ":policy/riposte-deny"), SetAsDefault: true,
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::hers/*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := denies(); len(now) != 2 || !strings.Contains(now[0], "is not the deny that riposte is deployed with") || !strings.HasPrefix(now[1], "ok deny") {
		t.Errorf("one was rewritten: %q", now)
	}
}
