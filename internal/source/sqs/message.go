package sqs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/internal/source"
)

// outcome is what becomes of a message.
type outcome uint8

const (
	stored outcome = iota // to be deleted
	poison                // can't be read: it comes again until the queue moves it to its dead-letter queue
	failed                // to come again
)

// handle stores one message.
func (s *Source) handle(ctx context.Context, m types.Message) outcome {
	s.Meter.Count(source.CountReceived, 1, s.Name)
	waited := time.Duration(0)
	if sent, ok := number(m, types.MessageSystemAttributeNameSentTimestamp); ok {
		waited = max(0, s.Now().Sub(time.UnixMilli(sent)))
	}
	s.Meter.Waited(s.Name, waited)
	if receipts(m) > 1 {
		s.Meter.Count(source.CountAgain, 1, s.Name)
	}
	err := s.Handle(ctx, []byte(aws.ToString(m.Body)))
	var bad *source.Malformed
	if errors.As(err, &bad) {
		s.Meter.Count(source.CountMalformed, 1, s.Name)
		s.Log.Warn("a message can't be read: it is left to the dead-letter queue", "source", s.Name, "message", aws.ToString(m.MessageId), "error", bad.Err)
		return poison
	}
	var own *source.Postponed
	if errors.As(err, &own) {
		s.Meter.Count(source.CountFailed, 1, s.Name)
		s.Log.Warn("a message can't be stored for now: it comes again", "source", s.Name, "message", aws.ToString(m.MessageId), "error", own.Err)
		return failed
	}
	if s.store.ended(err) {
		s.Meter.Count(source.CountFailed, 1, s.Name)
		return failed
	}
	return stored
}

// receipts is how often the message was handed out, this time included.
func receipts(m types.Message) int64 {
	n, _ := number(m, types.MessageSystemAttributeNameApproximateReceiveCount)
	return max(1, n)
}

func number(m types.Message, attribute types.MessageSystemAttributeName) (int64, bool) {
	n, err := strconv.ParseInt(m.Attributes[string(attribute)], 10, 64)
	return n, err == nil
}

// tries is how often a deletion is tried before the messages are left to come again, which does no harm.
const tries = 4

// delete deletes messages that are stored. A batch may fail in parts.
func (s *Source) delete(ctx context.Context, messages []types.Message) {
	left := make([]types.DeleteMessageBatchRequestEntry, len(messages))
	for i, m := range messages {
		left[i] = types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle}
	}
	var err error
	for try := range tries {
		if len(left) == 0 {
			return
		}
		if try > 0 {
			sleep(ctx, pause(try, time.Second))
		}
		left, err = s.deleteBatch(ctx, left)
	}
	if len(left) > 0 {
		s.Log.Warn("messages that are stored could not be deleted: they come again, and will be known", "source", s.Name, "messages", len(left), "error", err)
	}
}

// deleteBatch returns what is left to be deleted.
func (s *Source) deleteBatch(ctx context.Context, entries []types.DeleteMessageBatchRequestEntry) ([]types.DeleteMessageBatchRequestEntry, error) {
	out, err := s.Client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &s.URL, Entries: entries})
	if err != nil {
		return entries, err
	}
	var left []types.DeleteMessageBatchRequestEntry
	for _, f := range out.Failed {
		err = fmt.Errorf("%s: %s", aws.ToString(f.Code), aws.ToString(f.Message))
		for _, e := range entries {
			if aws.ToString(e.Id) == aws.ToString(f.Id) {
				left = append(left, e)
			}
		}
	}
	return left, err
}

// putOff hides messages that could not be stored. Where even that fails they come again as they are.
func (s *Source) putOff(ctx context.Context, messages []types.Message) {
	if len(messages) == 0 {
		return
	}
	entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(messages))
	for i, m := range messages {
		entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: int32(source.Hidden(receipts(m)).Seconds()),
		}
	}
	if _, err := s.Client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &s.URL, Entries: entries}); err != nil {
		s.Log.Debug("messages could not be put off", "source", s.Name, "error", err)
	}
}
