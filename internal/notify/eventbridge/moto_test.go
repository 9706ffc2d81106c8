package eventbridge_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/notify/eventbridge"
)

// A hub has a bus and a rule for contained cases that delivers to a queue: what is published is matched and arrives.
func TestARuleOfTheHubGetsTheCase(t *testing.T) {
	server := mototest.Start(t)
	cfg := server.Config(event.Place{Region: "eu-west-1"})
	events, queues := sdk.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	bus, err := events.CreateEventBus(t.Context(), &sdk.CreateEventBusInput{Name: aws.String("riposte")})
	if err != nil {
		t.Fatal(err)
	}
	queue := subscribe(t, events, queues, `{"source":["riposte"],"detail-type":["Riposte Case"],"detail":{"state":["contained"]}}`)
	r := eventbridge.New(events.PutEvents, *bus.EventBusArn, show, time.Now)
	asked := contained()
	asked.State = "asked"
	if err := r.Report(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	if err := r.Report(t.Context(), contained()); err != nil {
		t.Fatal(err)
	}
	got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("want one message, got %+v, %v", got, err)
	}
	var arrived struct {
		Source string `json:"source"`
		Type   string `json:"detail-type"`
		Detail struct {
			Case, State string
			Report      int
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(*got.Messages[0].Body), &arrived); err != nil {
		t.Fatal(err)
	}
	if arrived.Source != "riposte" || arrived.Type != "Riposte Case" || arrived.Detail.Case != contained().ID || arrived.Detail.Report != 3 {
		t.Errorf("arrived: %+v", arrived)
	}
}

// subscribe makes a queue that gets what a rule of the bus riposte matches.
func subscribe(t *testing.T, events *sdk.Client, queues *sqs.Client, pattern string) (url *string) {
	t.Helper()
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("told")})
	if err != nil {
		t.Fatal(err)
	}
	about, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: queue.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = events.PutRule(t.Context(), &sdk.PutRuleInput{Name: aws.String("contained"), EventBusName: aws.String("riposte"), EventPattern: &pattern})
	if err != nil {
		t.Fatal(err)
	}
	target := types.Target{Id: aws.String("queue"), Arn: aws.String(about.Attributes["QueueArn"])}
	_, err = events.PutTargets(t.Context(), &sdk.PutTargetsInput{
		Rule: aws.String("contained"), EventBusName: aws.String("riposte"), Targets: []types.Target{target},
	})
	if err != nil {
		t.Fatal(err)
	}
	return queue.QueueUrl
}
