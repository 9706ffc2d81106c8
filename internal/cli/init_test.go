package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/setup"
	"github.com/ripostehq/riposte/playbooks"
)

// members are the accounts of the organisation that init is measured with, the management account among them.
const members = 64

// An organisation of 64 accounts is set up from its management account: what runs is found in all of them, a person names the hub, and
// who is not vouched for stays a comment. What moto does not answer, CloudTrail's event history, is said.
func TestInitSetsUpAnOrganisation(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	accounts := organisation(t, server)
	image := strings.TrimSpace(machines(t, server, accounts[:9]))
	trail(t, server)
	out := filepath.Join(t.TempDir(), "first")
	began := time.Now()
	code, results, said := initialise(t, "", false, "--org", "--hub", accounts[0], "--out", out)
	t.Logf("init over %d accounts took %s", members, time.Since(began).Round(100*time.Millisecond))
	if code != exitDone {
		t.Fatalf("%d: %s%s", code, said, results)
	}
	text := file(t, filepath.Join(out, "riposte.yaml"))
	read, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil || !read.Organization.Discover {
		t.Errorf("%v\n%s", err, text)
	}
	for _, want := range []string{
		"64 accounts that are active", "ask   # workloads, 63 accounts", "Trail org-trail, of the organisation: logging, in every region, all management events",
		"9 instances of images of an owner that can't be told", "who launched what runs, in 9 accounts",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	for _, want := range []string{"register-delegated-administrator", "--account-id " + accounts[0], "aws ssm put-parameter --name /riposte/config", "-chdir=deploy/terraform/examples/organisation apply"} {
		if !strings.Contains(results, want) {
			t.Errorf("it does not have one type %q:\n%s", want, results)
		}
	}
	variables := file(t, filepath.Join(out, "riposte.tfvars"))
	if !strings.Contains(variables, `unit_ids = ["r-`) || !strings.Contains(variables, read.Organization.Roles.ExternalID) || len(read.Organization.Roles.ExternalID) < 20 {
		t.Errorf("variables:\n%s", variables)
	}
	if code, _, said := initialise(t, "", false, "--org", "--hub", accounts[0], "--out", out); code != exitFailed || !strings.Contains(said, "is there already") {
		t.Errorf("again: %d, %s", code, said)
	}
	if image == "" || file(t, filepath.Join(out, "riposte.yaml")) != text {
		t.Error("it was written over")
	}
	if code, _, said := initialise(t, "", false, "--regions", "eu-west-1", "--out", filepath.Join(out, "other")); code != exitUsage || !strings.Contains(said, "--hub ACCOUNT") {
		t.Errorf("without a hub: %d, %s", code, said)
	}
	code, results, said = initialise(t, "", false, "--format", "json", "--regions", "eu-west-1", "--hub", accounts[1], "--out", filepath.Join(out, "third"))
	var made started
	if err := json.Unmarshal([]byte(results), &made); code != exitDone || err != nil || made.Accounts != members || made.Instances != 9 || len(made.Commands) < 5 || made.RunAs != "lambda" {
		t.Errorf("%d, %v, %+v, %s", code, err, made, said)
	}
	code, _, said = initialise(t, accounts[2]+"\ndaemon\n", true, "--regions", "eu-west-1", "--out", filepath.Join(out, "asked"))
	if text := file(t, filepath.Join(out, "asked", "riposte.yaml")); code != exitDone || !strings.Contains(text, accounts[2]+"/riposte-events\", region:") {
		t.Errorf("asked: %d, %s\n%s", code, said, text)
	}
}

// What nobody can vouch for is asked of whoever sits at a terminal, one by one, and only a yes is one.
func TestInitAsksWhomToTrust(t *testing.T) {
	const owner, role = "210987654321", "arn:aws:iam::123456789012:role/ci/deploy"
	found := &setup.Estate{
		Caller:   setup.Caller{ARN: "arn:aws:iam::123456789012:user/ann", Account: "123456789012", Partition: "aws", Region: "eu-west-1"},
		Accounts: []setup.Account{{ID: "123456789012", Running: 31}},
		Owners:   []setup.Owner{{Account: owner, Instances: 31, Accounts: 1, Example: "ubuntu\x1b[2J"}}, Past: 90 * 24 * time.Hour, Launched: 61,
		Launchers: []setup.Launcher{{ARN: role, ID: "AROAEXAMPLEDEPLOY0001", Kind: setup.Automation, Instances: 40, Accounts: 1}},
	}
	for _, c := range []struct {
		answers          string
		allowed, trusted bool
	}{{"\ny\nyes\n", true, true}, {"\nyess\ny", false, false}, {"", false, false}, {"pod\nn\nY\n", false, true}} {
		var out, said bytes.Buffer
		folder := t.TempDir()
		err := initVerb{Out: folder}.settle(&shell{in: strings.NewReader(c.answers), out: &out, err: &said, now: time.Now, asks: true, catalogue: playbooks.All()}, found)
		text := file(t, filepath.Join(folder, "riposte.yaml"))
		allowed, trusted := strings.Contains(text, "\n        - \""+owner+"\""), strings.Contains(text, "\n  - {issuer: \""+role+"\"")
		if err != nil || allowed != c.allowed || trusted != c.trusted || strings.Contains(said.String(), "\x1b") {
			t.Errorf("%q: %v, allowed %v, trusted %v, %q", c.answers, err, allowed, trusted, said.String())
		}
		if !strings.Contains(said.String(), "40 of 61 instances in the last 90 days, in 1 account. Is it to be trusted with launches? [y/N]") {
			t.Errorf("asked: %s", said.String())
		}
	}
}

// What can't be meant is refused, and nothing is written.
func TestInitRefusesWhatCantBeMeant(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	for flags, want := range map[string]string{
		"--account --org": "not both", "--run-as pod": "daemon or lambda", "--days 91": "from 1 to 90", "--region eu-wst-1": `did you mean "eu-west-1"`,
		"--account --hub 111122223333": "lives in the account of the credentials", "--trust arn:aws:iam::123456789012:role/x --account": "was seen to launch anything",
		"--account --allow-owner amazn":                              `did you mean "amazon"`,
		"--account --region eu-west-1 --regions us-east-1":           "heard, eu-west-1, and no others",
		"--account --region eu-west-1 --regions eu-west-1,us-east-1": "heard, eu-west-1, and no others",
		"--org": "can't be listed with these credentials",
	} {
		out := t.TempDir()
		code, _, said := initialise(t, "", false, append(strings.Fields(flags), "--out", out)...)
		if left, err := os.ReadDir(out); code == exitDone || !strings.Contains(said, want) || err != nil || len(left) > 0 {
			t.Errorf("%s: %d, %v, %s", flags, code, left, said)
		}
	}
}

// initialise runs riposte init, answers what it asks, and returns its results and remarks.
func initialise(t *testing.T, answers string, asks bool, flags ...string) (code int, results, said string) {
	t.Helper()
	var out, remarks bytes.Buffer
	sh := &shell{in: strings.NewReader(answers), out: &out, err: &remarks, now: time.Now, asks: asks}
	code = run(t.Context(), append([]string{"init"}, flags...), sh, playbooks.All(), action.Kinds())
	return code, out.String(), remarks.String()
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lives makes moto the AWS of this process.
func lives(t *testing.T, server *mototest.Server) {
	t.Helper()
	for _, one := range append(server.Env(), "AWS_MAX_ATTEMPTS=1") { // what moto lacks is a 500: trying again would only take time
		name, value, _ := strings.Cut(one, "=")
		t.Setenv(name, value)
	}
}

// organisation makes one of as many members, all but the management account in one unit, and returns their ids.
func organisation(t *testing.T, server *mototest.Server) (ids []string) {
	t.Helper()
	api := organizations.NewFromConfig(server.Config(event.Place{Region: "us-east-1"}))
	if _, err := api.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: "ALL"}); err != nil {
		t.Fatal(err)
	}
	roots, err := api.ListRoots(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	root := roots.Roots[0].Id
	unit, err := api.CreateOrganizationalUnit(t.Context(), &organizations.CreateOrganizationalUnitInput{ParentId: root, Name: aws.String("workloads")})
	if err != nil {
		t.Fatal(err)
	}
	for i := range members - 1 {
		made, err := api.CreateAccount(t.Context(), &organizations.CreateAccountInput{
			AccountName: aws.String(fmt.Sprintf("team %02d", i)), Email: aws.String(fmt.Sprintf("aws+%d@example.com", i)),
		})
		if err != nil {
			t.Fatal(err)
		}
		id := made.CreateAccountStatus.AccountId
		if _, err := api.MoveAccount(t.Context(), &organizations.MoveAccountInput{AccountId: id, SourceParentId: root, DestinationParentId: unit.OrganizationalUnit.Id}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *id)
	}
	return ids
}

// machines launches an instance in each of the accounts, of an image that the management account shares.
func machines(t *testing.T, server *mototest.Server, accounts []string) string {
	return machinesOf(t, server, mototest.Account, accounts)
}

func machinesOf(t *testing.T, server *mototest.Server, owner string, accounts []string) string {
	t.Helper()
	at := func(account string) aws.Config {
		p := event.Place{Partition: "aws", Account: account, Region: "eu-west-1"}
		if account == mototest.Account {
			return server.Config(p)
		}
		return server.Assume(t, p)
	}
	maker := ec2.NewFromConfig(at(owner))
	image, err := maker.RegisterImage(t.Context(), &ec2.RegisterImageInput{Name: aws.String("golden")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := maker.ModifyImageAttribute(t.Context(), &ec2.ModifyImageAttributeInput{ImageId: image.ImageId, Attribute: aws.String("launchPermission"), OperationType: "add", UserIds: accounts}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, a := range accounts {
		cfg := at(a)
		all.Go(func() {
			if _, err := ec2.NewFromConfig(cfg).RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: image.ImageId, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return *image.ImageId
}

// trail makes the organisation's trail, and starts it.
func trail(t *testing.T, server *mototest.Server) {
	t.Helper()
	cfg := server.Config(event.Place{Region: "eu-west-1"})
	if _, err := s3.NewFromConfig(server.Config(event.Place{Region: "us-east-1"}), emulated).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("org-trail")}); err != nil {
		t.Fatal(err)
	}
	api := cloudtrail.NewFromConfig(cfg)
	made, err := api.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{
		Name: aws.String("org-trail"), S3BucketName: aws.String("org-trail"), IsMultiRegionTrail: aws.Bool(true), IsOrganizationTrail: aws.Bool(true),
	})
	if err == nil {
		_, err = api.StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: made.Name})
	}
	if err != nil {
		t.Fatal(err)
	}
}
