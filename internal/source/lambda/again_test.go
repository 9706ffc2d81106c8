package lambda_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/source/lambda"
)

// The queue would hide what failed for six minutes, as it has to. What can't be read has time.
func TestWhatCouldNotBeStoredComesAgainSoon(t *testing.T) {
	for _, c := range []struct {
		receipts    string
		least, most int32
	}{
		{"1", 3, 5}, {"2", 15, 20}, {"3", 60, 80}, {"4", 240, 320}, {"5", 675, 900}, {"100", 675, 900}, {"", 3, 5}, {"-1", 3, 5},
	} {
		t.Run(c.receipts, func(t *testing.T) {
			s := newStage(fixed)
			payload := strings.ReplaceAll(string(batch("garbage", "busy", "one")), `Count":"1"`, `Count":"`+c.receipts+`"`)
			if _, err := s.Invoke(t.Context(), []byte(payload)); err != nil {
				t.Fatal(err)
			}
			if len(s.sent.hidden) != 1 {
				t.Fatalf("hidden: %+v", s.sent.hidden)
			}
			h := s.sent.hidden[0]
			if h.queue != "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte" || h.receipt != "r1" || h.seconds < c.least || h.seconds > c.most {
				t.Errorf("hidden: %+v, want r1 for %d to %d s", h, c.least, c.most)
			}
		})
	}
}

func TestALargeBatchComesAgainInParts(t *testing.T) {
	s := newStage(fixed)
	if _, err := s.Invoke(t.Context(), batch(slices.Repeat([]string{"busy"}, 25)...)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, h := range s.sent.hidden {
		seen[h.receipt] = true
	}
	if len(seen) != 25 {
		t.Errorf("%d messages come again soon", len(seen))
	}
}

// Where SQS does not hear, or has no address that riposte knows, the queue's own time is waited for, and the answer is the same.
func TestWhatCannotBeHidden(t *testing.T) {
	for _, c := range []struct {
		name, arn string
		fails     error
		hidden    string
	}{
		{"China", "arn:aws-cn:sqs:cn-north-1:111122223333:riposte", nil, "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/riposte"},
		{"a partition that is not known", "arn:aws-mars:sqs:mars-1:111122223333:riposte", nil, ""},
		{"no queue", "arn:aws:sns:eu-west-1:111122223333:riposte", nil, ""},
		{"SQS does not hear", "arn:aws:sqs:eu-west-1:111122223333:riposte", errors.New("denied"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(fixed)
			s.sent.fails = c.fails
			for _, address := range []string{"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/riposte", "https://sqs.mars-1.example/111122223333/riposte"} {
				queue, err := lambda.QueueOf(address, "eu-west-1")
				if err != nil {
					t.Fatal(err)
				}
				s.Queues = append(s.Queues, queue)
			}
			payload := strings.ReplaceAll(string(batch("busy")), "arn:aws:sqs:eu-west-1:111122223333:riposte", c.arn)
			out, err := s.Invoke(t.Context(), []byte(payload))
			if err != nil || string(out) != `{"batchItemFailures":[{"itemIdentifier":"m0"}]}` {
				t.Errorf("answered %s, %v", out, err)
			}
			got := ""
			for _, h := range s.sent.hidden {
				got += h.queue
			}
			if got != c.hidden {
				t.Errorf("hidden at %q, want %q", got, c.hidden)
			}
			if c.fails != nil && !strings.Contains(s.log.String(), fmt.Sprint(c.fails)) {
				t.Errorf("the log does not say why: %s", s.log.String())
			}
		})
	}
}
