package deploy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/internal/mototest"
)

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
	sent(t, s, region, "default", "AWS API Call via CloudTrail", source, name)
}

// sent puts an event on a bus.
func sent(t *testing.T, s *mototest.Server, region, bus, kind, source, name string) {
	t.Helper()
	detail, err := json.Marshal(map[string]any{
		"eventSource": strings.TrimPrefix(source, "aws.") + ".amazonaws.com", "eventName": name, "awsRegion": region,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := eventbridge.NewFromConfig(s.Config(place(region))).PutEvents(t.Context(), &eventbridge.PutEventsInput{
		Entries: []eventtypes.PutEventsRequestEntry{{
			EventBusName: &bus, Source: &source, DetailType: &kind, Detail: aws.String(string(detail)),
		}},
	})
	if err != nil || out.FailedEntryCount > 0 {
		t.Fatalf("put event: %v, %+v", err, out)
	}
}
