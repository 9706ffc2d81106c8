package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/lambda"
)

// stage is a handler, whose app takes every message but those that say otherwise.
type stage struct {
	mu     sync.Mutex
	taken  []string
	steps  int
	next   time.Time
	broken error // what Step answers
	log    bytes.Buffer
	sent   *outbox
	*lambda.Handler
}

var noon = time.Date(2026, 3, 25, 12, 0, 0, 0, time.UTC)

func newStage(now func() time.Time) *stage {
	s := &stage{sent: &outbox{}}
	queue, err := lambda.QueueOf("https://sqs.eu-west-1.amazonaws.com/111122223333/riposte", "eu-west-1")
	if err != nil {
		panic(err)
	}
	s.Handler = lambda.New(lambda.Parts{
		Queues: []lambda.Queue{queue},
		Handle: s.take, RunDue: s.step, Now: now, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		Wake: lambda.NewWaker(s.sent, "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-wake", now), Hide: s.sent,
	})
	return s
}

func (s *stage) take(_ context.Context, body []byte) error {
	switch string(body) {
	case "garbage":
		return &source.Malformed{Err: errors.New("no valid JSON at byte 0")}
	case "busy":
		return errors.New("the ledger does not answer")
	case "poison":
		panic("index out of range")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, string(body))
	return nil
}

func (s *stage) step(ctx context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps++
	if s.broken != nil {
		return time.Time{}, s.broken
	}
	return s.next, ctx.Err()
}

func fixed() time.Time { return noon }

// batch is what Lambda makes of a queue's messages; each one's id is "m" and its place.
func batch(bodies ...string) []byte {
	type record map[string]any
	var records []record
	for i, b := range bodies {
		records = append(records, record{
			"messageId": fmt.Sprint("m", i), "receiptHandle": fmt.Sprint("r", i), "body": b, "eventSource": "aws:sqs", "awsRegion": "eu-west-1",
			"attributes":     map[string]string{"ApproximateReceiveCount": "1"},
			"eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:riposte",
		})
	}
	raw, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		panic(err)
	}
	return raw
}

func TestInvocations(t *testing.T) {
	event := `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":{"eventName":"RunInstances"}}`
	scheduled := `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","account":"111122223333","time":"2026-03-25T12:00:00Z","region":"eu-west-1","resources":["arn:aws:events:eu-west-1:111122223333:rule/riposte"],"detail":{}}`
	for _, c := range []struct {
		name    string
		payload string
		taken   []string
		answer  string // "" for none
		fails   string
	}{
		{"a batch", string(batch("one", "two")), []string{"one", "two"}, `{"batchItemFailures":[]}`, ""},
		{"what can't be stored now comes again, alone", string(batch("one", "busy", "two")), []string{"one", "two"}, `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`, ""},
		{"what can't be read comes again until the dead-letter queue has it", string(batch("garbage", "one")), []string{"one"}, `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`, ""},
		{"a panic is one message's", string(batch("one", "poison")), []string{"one"}, `{"batchItemFailures":[{"itemIdentifier":"m1"}]}`, ""},
		{"wakes among a batch", string(batch(`{"riposte":"wake"}`, "one", `{"riposte":"wake"}`)), []string{"one"}, `{"batchItemFailures":[]}`, ""},
		{"an event", event, []string{event}, "", ""},
		{"records in a list", `{"Records":[{"eventSource":"ec2.amazonaws.com"}]}`, []string{`{"Records":[{"eventSource":"ec2.amazonaws.com"}]}`}, "", ""},
		{"an event that can't be stored", "busy", nil, "", "does not answer"},
		{"an event that can't be read", "garbage", nil, "", "no valid JSON"},
		{"a tick", `{"riposte":"tick"}`, nil, "", ""},
		{"a tick of a rule", scheduled, nil, "", ""},
		{"what looks like a tick and holds an event", `{"riposte":"tick","detail":{"eventName":"RunInstances"}}`, []string{`{"riposte":"tick","detail":{"eventName":"RunInstances"}}`}, "", ""},
		{"two values where one is a tick", `{"riposte":"tick"}{"eventName":"RunInstances"}`, []string{`{"riposte":"tick"}{"eventName":"RunInstances"}`}, "", ""},
		{"a scheduled event with something in it", `{"source":"aws.events","detail-type":"Scheduled Event","detail":{"eventName":"x"}}`, []string{`{"source":"aws.events","detail-type":"Scheduled Event","detail":{"eventName":"x"}}`}, "", ""},
		{"another service's batch", `{"Records":[{"eventSource":"aws:s3","s3":{}}]}`, nil, "", `"aws:s3"`},
		{"a batch of two services", `{"Records":[{"eventSource":"ec2.amazonaws.com"},{"eventSource":"aws:sqs","messageId":"m0","body":"one"}]}`, nil, "", `"ec2.amazonaws.com"`},
		{"a batch that is none", `{"Records":[{"eventSource":"aws:sqs","messageId":"m0","body":{}}]}`, nil, "", "message 0"},
		{"a batch whose messages have no ids", `{"Records":[{"eventSource":"aws:sqs","body":"one"}]}`, nil, "", "no id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(fixed)
			out, err := s.Invoke(t.Context(), []byte(c.payload))
			slices.Sort(s.taken)
			if !slices.Equal(s.taken, c.taken) {
				t.Errorf("taken %q, want %q", s.taken, c.taken)
			}
			if string(out) != c.answer {
				t.Errorf("answered %s, want %s", out, c.answer)
			}
			if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("error %v, want one with %q", err, c.fails)
			}
			refused := c.fails != "" && !strings.Contains(c.payload, "busy") && !strings.Contains(c.payload, "garbage")
			if s.steps == 0 && !refused {
				t.Error("what is due was not done")
			}
		})
	}
}

// The ledger fails after the messages were stored: they are not asked for again, and riposte is, soon.
func TestAFailedStepKeepsWhatWasStored(t *testing.T) {
	s := newStage(fixed)
	s.broken = errors.New("claim a case: throttled")
	out, err := s.Invoke(t.Context(), batch("one"))
	if err != nil || string(out) != `{"batchItemFailures":[]}` {
		t.Errorf("answered %s, %v", out, err)
	}
	if !slices.Equal(s.sent.delays, []int32{1}) || !strings.Contains(s.log.String(), "throttled") {
		t.Errorf("wakes %v, log %s", s.sent.delays, s.log.String())
	}
	if _, err := s.Invoke(t.Context(), []byte(`{"riposte":"tick"}`)); !errors.Is(err, s.broken) {
		t.Errorf("a tick that failed was answered %v", err)
	}
}

// Lambda ends a process at the deadline: before that, what was not taken is given back, and the rest is for the next.
func TestTheDeadline(t *testing.T) {
	s := newStage(time.Now)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	out, err := s.Invoke(ctx, batch("one", "two"))
	want := `{"batchItemFailures":[{"itemIdentifier":"m0"},{"itemIdentifier":"m1"}]}`
	if err != nil || string(out) != want || len(s.taken) > 0 {
		t.Errorf("answered %s, %v, having taken %q; want %s", out, err, s.taken, want)
	}
	if !slices.Equal(s.sent.delays, []int32{1}) {
		t.Errorf("wakes %v: the next invocation must come soon", s.sent.delays)
	}
}

func TestWhatIsDueInvokesAgain(t *testing.T) {
	s := newStage(fixed)
	s.next = noon.Add(5 * time.Second)
	for range 3 { // a batch for each event, and one case
		if _, err := s.Invoke(t.Context(), batch("one")); err != nil {
			t.Fatal(err)
		}
	}
	s.next = time.Time{}
	if _, err := s.Invoke(t.Context(), batch("two")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.sent.delays, []int32{5}) {
		t.Errorf("wakes after %v s, want one after 5", s.sent.delays)
	}
}

func FuzzInvoke(f *testing.F) {
	for _, seed := range []string{
		string(batch("one", "{}")), `{"Records":[]}`, `{"Records":[{"eventSource":"aws:sns"}]}`, `{"riposte":"tick"}`,
		`{"Records":null,"records":[1]}`, `[]`, `null`, ``, `{"Records":[{"messageId":1,"eventSource":"aws:sqs"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		s := newStage(fixed)
		out, err := s.Invoke(t.Context(), payload)
		if err != nil && out != nil {
			t.Errorf("both an answer and an error: %s, %v", out, err)
		}
		if out != nil && !json.Valid(out) {
			t.Errorf("answered %q", out)
		}
	})
}

// One event in a process that has just begun opens one way to the ledger; where there may be more to do, several go at once.
func TestHowManyWork(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		steps         int
	}{
		{"an event", `{"detail":{}}`, 1},
		{"a batch of one", string(batch("one")), 1},
		{"a batch of three", string(batch("one", "two", "three")), 3},
		{"a large batch", string(batch(strings.Split(strings.Repeat("x", 100), "")...)), 4},
		{"a tick", `{"riposte":"tick"}`, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(fixed)
			s.next = noon.Add(5 * time.Second)
			if _, err := s.Invoke(t.Context(), []byte(c.payload)); err != nil || s.steps != c.steps {
				t.Errorf("%d steps, %v; want %d", s.steps, err, c.steps)
			}
			if len(s.sent.delays) != 1 {
				t.Errorf("wakes after %v s, want one", s.sent.delays)
			}
		})
	}
}
