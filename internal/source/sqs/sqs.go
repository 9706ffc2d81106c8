// Package sqs takes events from a queue: EventBridge's, wrapped by SNS or not, and deletes what is stored.
package sqs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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
}

// Source reads one queue.
type Source struct {
	Options
	queue, store trouble
}

// New makes a source; SQS is not asked yet.
func New(o Options) *Source {
	if o.Meter == nil {
		o.Meter = source.Unmetered{}
	}
	if o.Name == "" {
		o.Name = "sqs"
	}
	log := o.Log.With("source", o.Name)
	return &Source{
		Options: o,
		queue:   trouble{log: log, bad: "the queue can't be read: it is tried again and again", good: "the queue is read again"},
		store:   trouble{log: log, bad: "events can't be stored: they are left in the queue", good: "events are stored again"},
	}
}

// Run takes messages until the context ends, and returns nil once what is in hand is stored and deleted. An outage of the
// queue or of the store is waited for, however long.
func (s *Source) Run(ctx context.Context) error {
	s.Log.Info("reading events from a queue", "source", s.Name, "queue", s.URL)
	var all sync.WaitGroup
	for range pollers {
		all.Go(func() {
			for ctx.Err() == nil {
				s.turn(ctx)
			}
		})
	}
	all.Wait()
	return nil
}

// turn polls once and does what came. While the store fails, few messages are asked for, and seldom: each time that one is
// handed out counts, and in the end the queue takes it for poison.
func (s *Source) turn(ctx context.Context) {
	s.queue.wait(ctx)
	most := int32(batch)
	if s.store.wait(ctx) {
		most = 1
	}
	if ctx.Err() != nil {
		return
	}
	messages, err := s.receive(ctx, most)
	if ctx.Err() != nil && err != nil {
		return
	}
	if s.queue.ended(err) {
		s.Meter.Failed(s.Name)
		return
	}
	if len(messages) > 0 {
		s.take(context.WithoutCancel(ctx), messages)
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

// take handles messages side by side, deletes those that are stored, and puts off those that could not be.
func (s *Source) take(ctx context.Context, messages []types.Message) {
	limited, cancel := context.WithTimeout(ctx, work)
	defer cancel()
	fates := make([]fate, len(messages))
	var all sync.WaitGroup
	for i, m := range messages {
		all.Go(func() { fates[i] = s.handle(limited, m) })
	}
	all.Wait()
	var done, later []types.Message
	for i, m := range messages {
		switch fates[i] {
		case stored:
			done = append(done, m)
		case failed:
			later = append(later, m)
		}
	}
	s.delete(ctx, done)
	s.putOff(ctx, later)
}

// age is how long a message had waited.
func (s *Source) age(m types.Message) time.Duration {
	sent, ok := number(m, types.MessageSystemAttributeNameSentTimestamp)
	if !ok {
		return 0
	}
	return max(0, s.Now().Sub(time.UnixMilli(sent)))
}

func id(m types.Message) string { return aws.ToString(m.MessageId) }
