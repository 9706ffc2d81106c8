package e2e

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/forge"
	"github.com/ripostehq/riposte/internal/code/forge/forgetest"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/code/propose"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/mototest"
)

// codeShop is a folder of Terraform's that was applied, its state in a bucket, its code in a repository.
type codeShop struct {
	*terraform.Folder
	fake   *forgetest.Forge
	owners *owners.Owners
	desk   propose.Desk
}

func openCodeShop(t *testing.T, s *mototest.Server) codeShop {
	t.Helper()
	f := terraform.Foreign(t, "testdata/names", map[string]any{}, append(s.Env(), "AWS_REGION="+ireland.Region)...)
	objects := s3.NewFromConfig(s.Config(ireland), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := objects.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: aws.String("acme-states"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraintEuWest1},
	})
	must(t, err)
	_, err = objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("acme-states"), Key: aws.String("shop/terraform.tfstate"), Body: bytes.NewReader(f.State(t))})
	must(t, err)
	fake := forgetest.New(t, map[string]string{"terraform/main.tf": f.Read(t, "main.tf")})
	c := config.Code{
		States:       []config.TerraformState{{S3: "acme-states/shop/", Region: ireland.Region, Account: ireland.Account, Repository: "acme/dns", Path: "terraform"}},
		Repositories: []config.Repository{{GitHub: "acme/dns", URL: fake.URL, Token: "env:TOKEN"}},
	}
	all := fix.Forges(c, func(context.Context, config.Secret) (string, error) { return forgetest.Token, nil })
	o := owners.New(c, s.Config)
	return codeShop{f, fake, o, propose.Desk{Forges: all, Patcher: fix.Patcher{Owners: o.Owners, Tree: fix.FromForges(c, all), Codec: action.NewCodec(action.Kinds()...)}}}
}

// plans are what terraform would do now: "delete aws_route53_record.landing".
func (c codeShop) plans(t *testing.T) (all []string) {
	t.Helper()
	for _, x := range c.Plan(t) {
		all = append(all, fmt.Sprintf("%s %s", x.Actions[0], x.Address))
	}
	return all
}

func (c codeShop) says(t *testing.T, story string, want ...string) {
	t.Helper()
	if got := c.plans(t); !slices.Equal(got, want) {
		t.Errorf("%s: terraform would %q, want %q", story, got, want)
	}
}

// A record that was deleted by API comes back with the next run of terraform, unless its block goes too: then terraform has nothing to do. The
// proposal alone has terraform delete the record.
func TestARecordAndItsBlockGoTogether(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	shop := openCodeShop(t, s)
	zone, before := shop.Text(t, "zone"), shop.Read(t, "main.tf")
	record := ireland.In(event.RecordSet, zone+"/CNAME/landing.shop.example.")
	shop.says(t, "nothing has happened")

	made := shop.owners.Owners(t.Context(), record)
	if !made.Known() || len(made.Owners) != 1 || made.Owners[0].Address != "aws_route53_record.landing" {
		t.Fatalf("the state says %+v", made)
	}
	tree, commit, err := shop.desk.Tree(t.Context(), "acme/dns")
	must(t, err)
	m, err := tree.Module("terraform")
	must(t, err)
	change, err := fix.Wish{Of: record, Drop: true}.Change(m, made.Owners[0].Address)
	must(t, err)
	p, err := shop.desk.Forges["acme/dns"].Propose(t.Context(), forge.Draft{Branch: "riposte/c_1", Base: commit, Change: change, Title: "landing", Message: "landing"})
	if err != nil || p.State != forge.Open {
		t.Fatalf("%+v, %v", p, err)
	}
	shop.fake.Settle("merged")
	merged := shop.fake.Files("main")["terraform/main.tf"]

	shop.Write(t, "main.tf", merged)
	shop.says(t, "the proposal alone", "delete aws_route53_record.landing")

	_, err = route53.NewFromConfig(s.Config(ireland)).ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: &zone, ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionDelete, ResourceRecordSet: &types.ResourceRecordSet{
			Name: aws.String("landing.shop.example"), Type: types.RRTypeCname, TTL: aws.Int64(300),
			ResourceRecords: []types.ResourceRecord{{Value: aws.String("landing.shop.example.s3-website-eu-west-1.amazonaws.com")}},
		}}}},
	})
	must(t, err)
	shop.says(t, "both")
	shop.Write(t, "main.tf", before)
	shop.says(t, "without the proposal", "create aws_route53_record.landing")
}

// What a case proposes of a launch template is what terraform then carries out, and nothing else.
func TestTokensAreRequiredByTheCode(t *testing.T) {
	t.Parallel()
	shop := openCodeShop(t, mototest.Start(t))
	c := &ledger.Case{ID: "c_1", Playbook: "hardening.imds-v1", Root: ireland.In(event.LaunchTemplate, shop.Text(t, "template")), Title: "no tokens"}
	for range 2 {
		if p, err := shop.desk.Propose(t.Context(), c); err != nil || p.State != ledger.ProposalOpen || len(shop.fake.Proposals) != 1 {
			t.Fatalf("%+v, %v, %d proposals", p, err, len(shop.fake.Proposals))
		}
	}
	shop.fake.Settle("merged")
	shop.Write(t, "main.tf", shop.fake.Files("main")["terraform/main.tf"])
	shop.says(t, "merged", "update aws_launch_template.web")
	shop.Again(t)
	shop.says(t, "applied")
}
