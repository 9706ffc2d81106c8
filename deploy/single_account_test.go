package deploy_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	example = "terraform/examples/single-account"
	secret  = "3c1a5f6e7d8b9a0c" // an external id
	here    = "eu-west-1"
	home    = "us-east-1"
)

func place(region string) event.Place { return event.Place{Partition: "aws", Region: region} }

// From nothing to a queue that what happens arrives in, and back to nothing.
func TestSingleAccountAsDaemon(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	d := terraform.Apply(t, example, map[string]any{
		"external_id": secret, "tiers": []string{"audit", "report", "contain", "destroy"}, "mode": "act",
	}, s.Env()...)

	in := queue{sqs.NewFromConfig(s.Config(place(here))), d.Text(t, "queue_url")}
	in.delivers(t, s, here, "aws.ec2", "RunInstances")
	in.delivers(t, s, home, "aws.iam", "DetachUserPolicy") // a hop by the bus
	in.leaves(t, s, here, "aws.ec2", "DescribeInstances")
	in.leaves(t, s, here, "aws.iam", "DetachUserPolicy")                                                    // it never happens there; a rule would be paid for
	sent(t, s, here, "riposte-events", "EC2 Spot Instance Interruption Warning", "aws.ec2", "RunInstances") // forwarded by an attacker to drown the rest
	if got := in.take(t, time.Second); len(got) > 0 {
		t.Errorf("what is no record went on: %v", got)
	}

	ownRights(t, s, permissions.Hub{Queues: []string{"riposte-events"}, Table: "riposte-record", Prices: true})
	if _, err := dynamodb.Open(t.Context(), awsdynamodb.NewFromConfig(s.Config(place(here))), d.Text(t, "table")); err != nil {
		t.Errorf("the table for the record: %v", err)
	}
	roles := iam.NewFromConfig(s.Config(place(here)))
	for _, tier := range []string{"audit", "report", "contain", "destroy"} {
		role, err := roles.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("riposte-" + tier)})
		if err != nil || !strings.Contains(aws.ToString(role.Role.AssumeRolePolicyDocument), secret) {
			t.Errorf("role of tier %s: %v", tier, err)
		}
	}
	if _, err := roles.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("riposte-author")}); err == nil {
		t.Error("the author tier was not asked for")
	}
	c, err := config.Parse("riposte.yaml", []byte(d.Text(t, "config")), playbooks.All())
	if err != nil {
		t.Fatalf("the configuration that comes out: %v", err)
	}
	if got := c.Organization.Roles; got.Contain != "riposte-contain" || got.Destroy != "riposte-destroy" || got.Author != "" {
		t.Errorf("roles: %+v", got)
	}
	isolated(t, s, here, 1)
	isolated(t, s, home, 0) // nothing is defended there
	unchanged(t, d)
	d.Destroy(t)
	if urls, err := in.sqs.ListQueues(t.Context(), nil); err != nil || len(urls.QueueUrls) > 0 {
		t.Errorf("after destroy: queues %v, %v", urls, err)
	}
}

// isolated wants so many of a region's networks to have a group that isolates, as riposte looks for it.
func isolated(t *testing.T, s *mototest.Server, region string, want int) {
	t.Helper()
	at := event.Place{Partition: "aws", Account: mototest.Account, Region: region}
	out, err := ec2.NewFromConfig(s.Config(at)).DescribeVpcs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var found, lacking []string
	for _, vpc := range out.Vpcs {
		id, why, err := action.FindIsolation(t.Context(), actiontest.On(s.Config).Reads(), at, *vpc.VpcId)
		if err != nil {
			t.Fatal(err)
		}
		if id == "" {
			lacking = append(lacking, why)
			continue
		}
		found = append(found, id)
	}
	if len(found) != want || len(out.Vpcs) == 0 {
		t.Errorf("%s: %d networks, isolating groups %v, else %v", region, len(out.Vpcs), found, lacking)
	}
}

func TestSingleAccountAsFunction(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	d := terraform.Apply(t, example, map[string]any{
		"external_id": secret, "run_as": "lambda", "lambda_zip": function(t), "region": home,
	}, s.Env()...)
	if name := d.Text(t, "function"); name != "riposte-function" {
		t.Errorf("function: got %q", name)
	}
	c, err := config.Parse("riposte.yaml", []byte(d.Text(t, "config")), playbooks.All())
	if err != nil {
		t.Fatalf("the configuration that the function gets: %v", err)
	}
	if !strings.HasSuffix(c.Lambda.WakeQueue, "/riposte-wake") || len(c.Sources) > 0 {
		t.Errorf("wakes by %q, sources %v", c.Lambda.WakeQueue, c.Sources)
	}
	ownRights(t, s, permissions.Hub{Queues: []string{"riposte-events"}, Wake: []string{"riposte-wake"}, Table: "riposte-record", Prices: true}, "Log")
	for _, queue := range []string{"riposte-events", "riposte-wake"} {
		if !strings.Contains(invokedBy(t, s), queue) {
			t.Errorf("the function is not invoked by %s", queue)
		}
	}
	for queue, sid := range map[string]string{"riposte-events": "NobodyElseDelivers", "riposte-wake": "NobodyElseWakes", "riposte-dead-letters": "NobodyElseLeaves"} {
		if text := policyOf(t, s, home, queue); !strings.Contains(text, `"`+sid+`"`) {
			t.Errorf("what stands in %s is believed, and anybody may send to it: %s", queue, text)
		}
	}
	unchanged(t, d)
}

func policyOf(t *testing.T, s *mototest.Server, region, queue string) string {
	t.Helper()
	client := sqs.NewFromConfig(s.Config(place(region)))
	url, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &queue})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: url.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNamePolicy},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes[string(sqstypes.QueueAttributeNamePolicy)]
}

// invokedBy is what hands messages to the function: a batch, of which it says which failed.
func invokedBy(t *testing.T, s *mototest.Server) string {
	t.Helper()
	return command(t, s, "--region", home, "lambda", "list-event-source-mappings", "--output", "text",
		"--query", "EventSourceMappings[?FunctionResponseTypes[0]=='ReportBatchItemFailures'].EventSourceArn")
}

// unchanged wants a plan right after an apply to be empty: what terraform made it finds again as it made it.
func unchanged(t *testing.T, d *terraform.Folder) {
	t.Helper()
	for _, c := range d.Plan(t) {
		t.Errorf("a second plan would %v %s:\nbefore %v\nafter  %v", c.Actions, c.Address, c.Before, c.After)
	}
}

// function is a package as make lambda builds it, with nothing in it: what it does is tested elsewhere.
func function(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "function.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	if _, err := z.Create("bootstrap"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
