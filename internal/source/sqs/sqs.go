// Package sqs takes events from a queue: EventBridge's, wrapped by SNS or not, and deletes what is stored.
package sqs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/internal/source"
)

// Client is what is asked of SQS; *sqs.Client has it.
type Client interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

const (
	pollers = 4
	batch   = 10               // the most that SQS hands out at once
	poll    = 20 * time.Second // the longest that SQS lets a poll wait
	// hidden is how long a message is ours; what is not stored within work is left to come again.
	hidden = 60 * time.Second
	work   = 40 * time.Second
)

// Options are what a queue is read with.
type Options struct {
	Name   string // what figures call the source; "" is sqs
	Client Client
	URL    string
	Handle source.Handle
	Now    func() time.Time
	Log    *slog.Logger
	Meter  source.Meter // may be nil
	InHand int          // messages in hand at once; 0 is 200
}

// Source reads one queue.
type Source struct {
	Options
	queue, store sharedBackoff
}

// New makes a source; SQS is not asked yet.
func New(o Options) *Source {
	if o.Meter == nil {
		o.Meter = source.Unmetered{}
	}
	if o.Name == "" {
		o.Name = "sqs"
	}
	if o.InHand == 0 {
		o.InHand = maxInFlight
	}
	log := o.Log.With("source", o.Name)
	return &Source{
		Options: o,
		queue:   sharedBackoff{log: log, bad: "the queue can't be read: it is tried again and again", good: "the queue is read again"},
		store:   sharedBackoff{log: log, bad: "events can't be stored: they are left in the queue", good: "events are stored again"},
	}
}

// Run takes messages until the context ends, and returns nil once what is in hand is stored and deleted. An outage of the
// queue or of the store is waited for, however long.
func (s *Source) Run(ctx context.Context) error {
	s.Log.Info("reading events from a queue", "source", s.Name, "queue", s.URL)
	h := &inFlight{Source: s, places: make(chan struct{}, s.InHand), ended: make(chan ending)}
	var polling, settling sync.WaitGroup
	settling.Go(func() { h.settle(context.WithoutCancel(ctx)) })
	for range pollers {
		polling.Go(func() {
			for ctx.Err() == nil {
				h.turn(ctx)
			}
		})
	}
	polling.Wait()
	h.handling.Wait()
	close(h.ended)
	settling.Wait()
	return nil
}

// turn polls once, for as much as there is room for, and goes on while what came is handled. While the store fails, few
// messages are asked for, and seldom, and the fate of one is waited for before the next: each time that one is handed out
// counts, and in the end the queue takes it for poison.
func (h *inFlight) turn(ctx context.Context) {
	h.queue.wait(ctx)
	places := h.reserve(ctx)
	most, over := places, h.store.wait(ctx)
	if over != nil {
		most = 1
	}
	if ctx.Err() != nil {
		h.free(places)
		return
	}
	messages, err := h.receive(ctx, int32(most))
	h.free(places - len(messages))
	if ctx.Err() != nil && err != nil {
		return
	}
	if h.queue.ended(err) {
		h.Meter.Count(source.CountFailed, 1, h.Name)
		return
	}
	handled := h.take(context.WithoutCancel(ctx), messages)
	if over == nil || len(messages) == 0 {
		return
	}
	select {
	case <-handled:
	case <-over:
	}
}

func (s *Source) receive(ctx context.Context, most int32) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*poll)
	defer cancel()
	out, err := s.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &s.URL, MaxNumberOfMessages: most, WaitTimeSeconds: int32(poll.Seconds()), VisibilityTimeout: int32(hidden.Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameSentTimestamp, types.MessageSystemAttributeNameApproximateReceiveCount,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("receive from %s: %w", s.URL, err)
	}
	return out.Messages, nil
}
