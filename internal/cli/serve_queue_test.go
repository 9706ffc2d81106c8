package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/source/sqs"
)

// answers is a queue that answers polls so.
type answers struct {
	sqs.Client
	err error
}

func (a *answers) ReceiveMessage(context.Context, *awssqs.ReceiveMessageInput, ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	return &awssqs.ReceiveMessageOutput{}, a.err
}

func TestAQueueThatHasNotAnsweredForAMinuteIsTold(t *testing.T) {
	refused := errors.New("the queue does not exist")
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	queue := &answers{}
	h := &heard{Client: queue, now: func() time.Time { return now }}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, step := range []struct {
		name  string
		after time.Duration
		err   error
		ctx   context.Context
		told  string
	}{
		{"whoever stops at once has no answer", 0, context.Canceled, stopped, ""},
		{"refused from the start", 0, refused, t.Context(), "the queue has not answered yet: the queue does not exist"},
		{"it answers", 0, nil, t.Context(), ""},
		{"a fault", time.Hour, refused, t.Context(), ""},
		{"it lasts", 59 * time.Second, refused, t.Context(), ""},
		{"it lasts for a minute", time.Second, refused, t.Context(), "the queue has not answered since 2030-01-07T10:00:00Z: the queue does not exist"},
		{"it answers again", time.Second, nil, t.Context(), ""},
		{"whoever stops has no answer", time.Hour, context.Canceled, stopped, ""},
		{"and nothing follows from it", time.Hour, refused, t.Context(), ""},
	} {
		now, queue.err = now.Add(step.after), step.err
		if _, err := h.ReceiveMessage(step.ctx, &awssqs.ReceiveMessageInput{}); !errors.Is(err, step.err) {
			t.Errorf("%s: the source is told %v", step.name, err)
		}
		if err := h.trouble(); (err != nil) != (step.told != "") || err != nil && !strings.HasPrefix(err.Error(), step.told) {
			t.Errorf("%s: told %v, want %q", step.name, err, step.told)
		}
	}
}
