package world_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023-ami-2023.6, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]
        keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}, {id: AKIAMALLORY000000002, secret: second, inactive: true}]
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        security_groups: [{id: sg-0isolated, name: isolated}]
        prefix_lists: [{id: pl-0office, cidrs: [192.0.2.0/24]}]
        parameters: [{name: /golden, values: [ami-0bbbbbbbbbbbbbbbb]}]
        templates:
          - name: web
            id: lt-0cccccccccccccccc
            versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, tags: {Name: web}}]
        groups: [{name: web, template: web, min: 1, max: 4, desired: 2}, {name: gated, template: web, max: 1, desired: 1, hook: gate, instances: [i-0waiting]}]
        rows: {ec2.snapshot: [{SnapshotId: snap-0backup}]}
        instances:
          - {id: i-0protected, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, zone: eu-west-1a}
          - {id: i-0neighbour, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, zone: eu-west-1a}
          - {id: i-0elsewhere, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, zone: eu-west-1b}
          - {id: i-0unstoppable, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, stop_protected: true, zone: eu-west-1c}
`

var (
	ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	mallory = aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "wJalrXUtnFEMI"}
)

func made(t *testing.T, opts world.Options) *world.World {
	t.Helper()
	w, err := world.New([]byte(shop), opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// pass lets time go by and everything in it happen.
func pass(t *testing.T, w *world.World, d time.Duration) {
	t.Helper()
	if err := w.AdvanceTo(w.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
}

// record is what the tests read of a CloudTrail record.
type record struct {
	EventName, EventSource, EventTime, RequestID, EventID string
	ErrorCode, ErrorMessage, SourceIPAddress, AWSRegion   string
	UserIdentity, RequestParameters, ResponseElements     map[string]any
}

// delivered takes all records that are due, and acknowledges them.
func delivered(t *testing.T, w *world.World) []record {
	t.Helper()
	var all []record
	for _, d := range w.Deliveries() {
		var envelope struct{ Detail record }
		if err := json.Unmarshal(d.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		all = append(all, envelope.Detail)
		if err := w.Ack(d.ID); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func names(all []record) []string {
	var out []string
	for _, r := range all {
		name := r.EventName
		if r.ErrorCode != "" {
			name += " " + r.ErrorCode
		}
		out = append(out, name)
	}
	return out
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func state(t *testing.T, w *world.World, id string) types.InstanceStateName {
	t.Helper()
	out, err := ec2.NewFromConfig(w.Config(ireland, mallory)).DescribeInstances(context.Background(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Reservations[0].Instances[0].State.Name
}

func TestARecordIsDeliveredAfterItsDelayUntilAcknowledged(t *testing.T) {
	w := made(t, world.Options{DeliveryDelay: 40 * time.Second})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	out, err := client.ModifyInstanceAttribute(context.Background(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0protected"), DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if next, ok := w.Next(); !ok || next != w.Now().Add(40*time.Second) {
		t.Errorf("next is %v %v, want the delivery in 40 s", next, ok)
	}
	pass(t, w, 39*time.Second)
	if n := len(w.Deliveries()); n != 0 {
		t.Fatalf("%d deliveries before their time", n)
	}
	pass(t, w, time.Second)
	if again := len(w.Deliveries()); again != 1 || len(w.Deliveries()) != 1 {
		t.Fatalf("%d deliveries, want 1 until it is acknowledged", again)
	}
	r := delivered(t, w)[0]
	if len(w.Deliveries()) != 0 {
		t.Error("an acknowledged record is delivered again")
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	if id == "" || r.RequestID != id {
		t.Errorf("the record's request id is %q, the caller's %q", r.RequestID, id)
	}
	if r.UserIdentity["userName"] != "mallory" || r.EventTime != "2030-01-07T09:00:00Z" {
		t.Errorf("recorded %+v", r)
	}
}

func TestTerminationProtection(t *testing.T) {
	w := made(t, world.Options{})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0protected", "i-0neighbour", "i-0elsewhere"}})
	if code(err) != "OperationNotPermitted" {
		t.Fatalf("terminating a protected instance: %v", err)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.ServiceRequestID() == "" {
		t.Error("a refusal carries no request id")
	}
	pass(t, w, time.Minute)
	for id, want := range map[string]types.InstanceStateName{"i-0protected": "running", "i-0neighbour": "running", "i-0elsewhere": "terminated"} {
		if got := state(t, w, id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	r := delivered(t, w)
	if len(r) != 1 || r[0].ErrorCode != "Client.OperationNotPermitted" || r[0].RequestID != response.ServiceRequestID() {
		t.Errorf("recorded %+v", r)
	}
}

func TestAKeyThatIsUnknownInactiveOrFalselySigned(t *testing.T) {
	w := made(t, world.Options{})
	for name, c := range map[string]aws.Credentials{
		"unknown":      {AccessKeyID: "AKIANOBODY0000000001", SecretAccessKey: "x"},
		"inactive":     {AccessKeyID: "AKIAMALLORY000000002", SecretAccessKey: "second"},
		"wrong secret": {AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "guessed"},
	} {
		_, err := ec2.NewFromConfig(w.Config(ireland, c)).DescribeInstances(context.Background(), &ec2.DescribeInstancesInput{})
		if code(err) != "AuthFailure" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatTheWorldDoesNotKnowFailsClosed(t *testing.T) {
	w := made(t, world.Options{})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.DescribeKeyPairs(context.Background(), &ec2.DescribeKeyPairsInput{})
	var unsupported *world.Unsupported
	if !errors.As(err, &unsupported) || unsupported.Operation != "DescribeKeyPairs" || unsupported.Service != "ec2" {
		t.Errorf("unknown operation: %v", err)
	}
	_, err = client.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0elsewhere"}, SkipOsShutdown: aws.Bool(true)})
	if !errors.As(err, &unsupported) || unsupported.Parameter != "SkipOsShutdown" {
		t.Errorf("unknown parameter: %v", err)
	}
	if got := state(t, w, "i-0elsewhere"); got != "running" {
		t.Errorf("a call that was not understood took effect: %s", got)
	}
}

func TestThrottlingIsRetriedByTheClient(t *testing.T) {
	w := made(t, world.Options{})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	run := &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
	w.Throttle("ec2", "RunInstances", 2)
	if _, err := client.RunInstances(context.Background(), run); err != nil {
		t.Fatalf("two throttled attempts, then one that is not: %v", err)
	}
	w.Throttle("ec2", "RunInstances", 3)
	if _, err := client.RunInstances(context.Background(), run); code(err) != "RequestLimitExceeded" {
		t.Errorf("three throttled attempts: %v", err)
	}
}

func TestALostAnswerDoesNotLaunchTwice(t *testing.T) {
	lost := errors.New("connection reset")
	w := made(t, world.Options{AfterCall: func(_, operation string) error {
		if operation == "RunInstances" {
			return lost
		}
		return nil
	}})
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	run := &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String("once"),
	}
	for range 2 {
		if _, err := client.RunInstances(context.Background(), run); !errors.Is(err, lost) {
			t.Fatalf("the answer arrived: %v", err)
		}
	}
	out, err := client.DescribeInstances(context.Background(), &ec2.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("client-token"), Values: []string{"once"}}},
	})
	if err != nil || len(out.Reservations) != 1 || len(out.Reservations[0].Instances) != 1 {
		t.Errorf("launched %+v (%v), want one instance", out, err)
	}
}

// mustDo takes the two results of a call that has to succeed.
func mustDo(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
}
