package lambda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// payload is what an invocation brought.
type payload struct {
	messages []message
	batch    bool // of a queue
}

type message struct {
	body []byte

	// of a queue alone
	id, receipt, queue string
	receipts           int64 // how often it was handed out, this time included
}

// failure is a message that must come again.
type failure struct {
	message
	why error
}

// record is one message of a batch, as Lambda passes it on.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
type record struct {
	ID         string            `json:"messageId"`
	Receipt    string            `json:"receiptHandle"`
	Body       string            `json:"body"`
	Source     string            `json:"eventSource"`
	Queue      string            `json:"eventSourceARN"`
	Attributes map[string]string `json:"attributes"`
}

const queue = "aws:sqs"

// decode tells a batch from a single message, and leaves out what only says that it is time. What a message holds is not
// looked at here.
//
// What a queue of answers brings stays in: nothing but clicks may come by it, not even a wake.
func decode(raw []byte, answers func(arn string) bool) (payload, error) {
	records, err := batch(raw)
	switch {
	case err != nil:
		return payload{}, err
	case records == nil && ofURL(raw):
		return payload{}, errors.New("the function was invoked by a URL: anybody can be that. The front alone has one (RIPOSTE_PART=front)")
	case records == nil && clock(raw):
		return payload{}, nil
	case records == nil:
		return payload{messages: []message{{body: raw}}}, nil
	}
	in := payload{batch: true}
	for _, r := range records {
		if clock([]byte(r.Body)) && !answers(r.Queue) {
			continue
		}
		receipts, err := strconv.ParseInt(r.Attributes["ApproximateReceiveCount"], 10, 64)
		if err != nil {
			receipts = 1 // it says how patient to be, no more
		}
		in.messages = append(in.messages, message{[]byte(r.Body), r.ID, r.Receipt, r.Queue, receipts})
	}
	return in, nil
}

// batch returns the records of a queue's batch, nil where the payload is none. Another service's is refused: to ignore what
// an operator believes to be watched would only look like safety.
func batch(raw []byte) ([]record, error) {
	var envelope struct{ Records []json.RawMessage }
	if json.Unmarshal(raw, &envelope) != nil || !slices.ContainsFunc(envelope.Records, ofAWS) {
		return nil, nil // also a list of CloudTrail's own records
	}
	records := make([]record, len(envelope.Records))
	for i, r := range envelope.Records {
		one := &records[i]
		if err := json.Unmarshal(r, one); err != nil {
			return nil, fmt.Errorf("message %d of the batch is none of SQS: %w", i, err)
		}
		switch {
		case one.Source != queue:
			return nil, fmt.Errorf("the function was invoked by %.64q: riposte takes SQS batches, EventBridge events and schedules", one.Source)
		case one.ID == "":
			return nil, errors.New("a message of the batch has no id, so that none could be said to have failed")
		}
	}
	return records, nil
}

// ofAWS: a service hands on what happened in itself. The event source of a CloudTrail record is a host name.
func ofAWS(raw json.RawMessage) bool {
	var r struct {
		Source string `json:"eventSource"`
	}
	return json.Unmarshal(raw, &r) == nil && strings.HasPrefix(r.Source, "aws:")
}

// clock reports whether a message only says that it is time: riposte's own (a tick of EventBridge Scheduler, a wake), or a
// scheduled rule's. Own ones hold nothing else, so that no event can hide behind such a word; "aws." before a source is
// AWS's alone.
func clock(body []byte) bool {
	var own struct {
		Riposte string `json:"riposte"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(&own) == nil && (own.Riposte == "tick" || own.Riposte == "wake") {
		_, err := d.Token()
		return err == io.EOF
	}
	var rule struct {
		Source string          `json:"source"`
		Type   string          `json:"detail-type"`
		Detail json.RawMessage `json:"detail"`
	}
	return json.Unmarshal(body, &rule) == nil && rule.Type == "Scheduled Event" && string(rule.Detail) == "{}" &&
		(rule.Source == "aws.events" || rule.Source == "aws.scheduler")
}

// answer names what failed, as Lambda wants to know it: an empty list acknowledges the whole batch.
func answer(failed []failure) ([]byte, error) {
	type item struct {
		ID string `json:"itemIdentifier"`
	}
	out := struct {
		Failures []item `json:"batchItemFailures"`
	}{[]item{}}
	for _, f := range failed {
		out.Failures = append(out.Failures, item{f.id})
	}
	return json.Marshal(out)
}
