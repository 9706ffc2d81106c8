package deploy_test

import (
	"archive/zip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
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
	in.leaves(t, s, here, "aws.iam", "DetachUserPolicy") // it never happens there; a rule would be paid for

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
	unchanged(t, d)
	d.Destroy(t)
	if urls, err := in.sqs.ListQueues(t.Context(), nil); err != nil || len(urls.QueueUrls) > 0 {
		t.Errorf("after destroy: queues %v, %v", urls, err)
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
	for _, queue := range []string{"riposte-events", "riposte-wake"} {
		if !strings.Contains(invokedBy(t, s), queue) {
			t.Errorf("the function is not invoked by %s", queue)
		}
	}
	unchanged(t, d)
}

// invokedBy is what hands messages to the function: a batch, of which it says which failed.
func invokedBy(t *testing.T, s *mototest.Server) string {
	t.Helper()
	cmd := exec.Command(mototest.Program(t, "aws"), "--endpoint-url", s.URL, "lambda", "list-event-source-mappings", "--output", "text",
		"--query", "EventSourceMappings[?FunctionResponseTypes[0]=='ReportBatchItemFailures'].EventSourceArn")
	cmd.Env = append(append(os.Environ(), s.Env()...), "AWS_DEFAULT_REGION="+home, "AWS_REGION="+home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// unchanged wants a plan right after an apply to be empty: what terraform made it finds again as it made it.
func unchanged(t *testing.T, d *terraform.Folder) {
	t.Helper()
	for _, c := range d.Plan(t) {
		t.Errorf("a second plan would %v %s:\nbefore %v\nafter  %v", c.Actions, c.Address, c.Before, c.After)
	}
}

// queue is where events have to arrive.
type queue struct {
	sqs *sqs.Client
	url string
}

func (q queue) delivers(t *testing.T, s *mototest.Server, region, source, name string) {
	t.Helper()
	happens(t, s, region, source, name)
	if got := q.take(t, 10*time.Second); !slices.Equal(got, []string{name}) {
		t.Errorf("%s in %s: the queue has %v", name, region, got)
	}
}

func (q queue) leaves(t *testing.T, s *mototest.Server, region, source, name string) {
	t.Helper()
	happens(t, s, region, source, name)
	if got := q.take(t, time.Second); len(got) > 0 {
		t.Errorf("%s in %s: the queue has %v", name, region, got)
	}
}

// take empties the queue, waiting for the first message; zero would mean as long as the queue says.
func (q queue) take(t *testing.T, wait time.Duration) (calls []string) {
	t.Helper()
	for {
		got, err := q.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: 10, WaitTimeSeconds: int32(wait / time.Second),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return calls
		}
		for _, m := range got.Messages {
			calls, wait = append(calls, q.read(t, m)), time.Second
		}
	}
}

func (q queue) read(t *testing.T, m sqstypes.Message) string {
	t.Helper()
	var body struct {
		Detail struct {
			EventName string `json:"eventName"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(*m.Body), &body); err != nil {
		t.Fatalf("message %s: %v", *m.Body, err)
	}
	if _, err := q.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	return body.Detail.EventName
}

// happens tells of a call as CloudTrail does, by the default bus.
func happens(t *testing.T, s *mototest.Server, region, source, name string) {
	t.Helper()
	detail, err := json.Marshal(map[string]any{
		"eventSource": strings.TrimPrefix(source, "aws.") + ".amazonaws.com", "eventName": name, "awsRegion": region,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := eventbridge.NewFromConfig(s.Config(place(region))).PutEvents(t.Context(), &eventbridge.PutEventsInput{
		Entries: []eventtypes.PutEventsRequestEntry{{
			Source: &source, DetailType: aws.String("AWS API Call via CloudTrail"), Detail: aws.String(string(detail)),
		}},
	})
	if err != nil || out.FailedEntryCount > 0 {
		t.Fatalf("put event: %v, %+v", err, out)
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
