package e2e

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/internal/mototest"
)

// queue is where events are delivered to.
type queue struct {
	*sqs.Client
	url string
}

// openQueue makes a queue whose messages come again soon when the worker that took them died.
func openQueue(t *testing.T, s *mototest.Server) queue {
	t.Helper()
	// A machine at its limit drops connections. Whoever sends tries again: to send twice is what the stories are about.
	c := sqs.NewFromConfig(s.Config(ireland), func(o *sqs.Options) { o.RetryMaxAttempts = 5 })
	out, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("riposte-events"), Attributes: map[string]string{"VisibilityTimeout": "5"}})
	must(t, err)
	return queue{c, *out.QueueUrl}
}

// send delivers a message so many times: EventBridge promises once at least.
func (q queue) send(t *testing.T, body string, times int) {
	t.Helper()
	for range times {
		_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body})
		must(t, err)
	}
}

// empty says how many messages are left, those too that a worker has taken and not deleted.
func (q queue) empty(t *testing.T) error {
	t.Helper()
	out, err := q.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		return err
	}
	left := 0
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"} {
		n, err := strconv.Atoi(out.Attributes[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		left += n
	}
	if left > 0 {
		return errors.New(strconv.Itoa(left) + " messages are left")
	}
	return nil
}
