package lambda

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"
)

// maxDelay is the longest that SQS holds a message back.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const maxDelay = 15 * time.Minute

// wake says that it is time, and nothing else: what is due stands in the ledger. A lost, doubled or early one does no harm.
const wake = `{"riposte":"wake"}`

// Sender is what is needed of SQS.
type Sender interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Waker asks to be invoked at a time, by a delayed message to a queue that invokes the same function. Of each process at
// most one message arrives in a second, however many cases there are.
type Waker struct {
	sqs   Sender
	queue string // URL
	now   func() time.Time

	mu    sync.Mutex
	asked map[int64]bool // seconds in which a wake will arrive
}

// NewWaker makes a Waker.
func NewWaker(s Sender, queueURL string, now func() time.Time) *Waker {
	return &Waker{sqs: s, queue: queueURL, now: now, asked: map[int64]bool{}}
}

// At asks for an invocation at a time or shortly after, in a second at the earliest: a ledger that says "now" for ever must
// not become a loop. What is due later than SQS can hold a message is left to the tick.
func (w *Waker) At(ctx context.Context, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	delay := max(at.Sub(now), time.Second)
	if delay > maxDelay {
		return nil
	}
	seconds := (delay + time.Second - 1) / time.Second
	arrival := now.Add(seconds * time.Second).Unix()
	if w.asked[arrival] {
		return nil
	}
	_, err := w.sqs.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String(w.queue), MessageBody: aws.String(wake), DelaySeconds: int32(seconds),
	}, unrelated)
	if err != nil {
		return fmt.Errorf("send a wake to %s: %w", w.queue, err)
	}
	for second := range w.asked {
		if second < now.Unix() {
			delete(w.asked, second)
		}
	}
	w.asked[arrival] = true
	return nil
}

// recursionDetection is the SDK's middleware that passes the invocation's trace on.
const recursionDetection = "RecursionDetection"

// unrelated keeps the invocation's trace out of the message. A wake comes of the ledger's clock, not of the event that is
// being answered; by the trace Lambda would take a case that is looked at each minute for a recursive loop, and stop
// invoking the function after some sixteen wakes. What a loop could do is bounded by At.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
func unrelated(o *sqs.Options) {
	o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
		if _, there := s.Build.Get(recursionDetection); !there {
			return nil
		}
		_, err := s.Build.Remove(recursionDetection)
		return err
	})
}
