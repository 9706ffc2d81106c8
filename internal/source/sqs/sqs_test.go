package sqs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/sqs"
)

// store keeps bodies, unless it is away; what begins with "bad" it can't read.
type store struct {
	mu   sync.Mutex
	kept []string
	away bool
}

func (s *store) handle(_ context.Context, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.away:
		return errors.New("no space left on device")
	case bytes.HasPrefix(body, []byte("bad")):
		return &source.Malformed{Err: errors.New("no valid JSON at byte 0")}
	case bytes.HasPrefix(body, []byte("full")):
		return &source.Postponed{Err: errors.New("too many messages wait for the case")}
	}
	s.kept = append(s.kept, string(body))
	return nil
}

func (s *store) set(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

// all are the bodies that were stored; a queue may deliver one twice.
func (s *store) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(s.kept)))
}

// figures counts what the meter is told.
type figures struct {
	source.Unmetered
	mu            sync.Mutex
	again, failed int
	waited        time.Duration // the longest
}

func (f *figures) Count(what source.Figure, n int, _ string, _ ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch what {
	case source.CountAgain:
		f.again += n
	case source.CountFailed:
		f.failed += n
	}
}

func (f *figures) Waited(_ string, d time.Duration) {
	f.mu.Lock()
	f.waited = max(f.waited, d)
	f.mu.Unlock()
}

// reading starts a source; the function it returns stops it and waits for its end.
func reading(t *testing.T, q sqs.Client, url string, handle source.Handle, m source.Meter, log *bytes.Buffer) (stop func()) {
	t.Helper()
	s := sqs.New(sqs.Options{Client: q, URL: url, Handle: handle, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil)), Meter: m})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the source ended with %v", err)
		}
	}
}

func many(n int) (bodies []string) {
	for i := range n {
		bodies = append(bodies, fmt.Sprintf("body %03d", i))
	}
	return bodies
}

func TestWhatIsStoredIsDeletedAndWhatCantBeReadIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, f, log := &queue{stubborn: 5}, &store{}, &figures{}, &bytes.Buffer{}
		q.send(many(30)...)
		q.send("bad PRIVATE")
		time.Sleep(3 * time.Second)
		stop := reading(t, q, "q", s.handle, f, log)
		time.Sleep(30 * time.Second)
		stop()
		if got := s.all(); !slices.Equal(got, many(30)) {
			t.Errorf("stored %q", got)
		}
		if got := q.left(); !slices.Equal(got, []string{"bad PRIVATE"}) {
			t.Errorf("left in the queue: %q", got)
		}
		if f.waited != 3*time.Second {
			t.Errorf("the longest wait is %v", f.waited)
		}
		if text := log.String(); strings.Contains(text, "PRIVATE") || !strings.Contains(text, "message=m30") {
			t.Errorf("logged:\n%s", text)
		}
	})
}

// A store that is away for a quarter of an hour: no message is handed out so often that a queue would take it for poison.
func TestAStoreThatIsAwayIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, f, log := &queue{}, &store{away: true}, &figures{}, &bytes.Buffer{}
		q.send(many(60)...)
		stop := reading(t, q, "q", s.handle, f, log)
		time.Sleep(15 * time.Minute)
		if n := q.oftenest(); n > 5 {
			t.Errorf("a message was handed out %d times", n)
		}
		s.set(false)
		time.Sleep(20 * time.Minute)
		stop()
		if got := s.all(); !slices.Equal(got, many(60)) || len(q.left()) > 0 {
			t.Errorf("stored %q, left %q", got, q.left())
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "stored again") {
			t.Errorf("logged:\n%s", text)
		}
		if f.again == 0 || f.failed == 0 {
			t.Errorf("counted %d again and %d failed", f.again, f.failed)
		}
	})
}

// An attacker makes far more of one case than it takes: what all others do is stored in the meantime, as fast as ever.
func TestOneCaseThatIsFullHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, f, log := &queue{}, &store{}, &figures{}, &bytes.Buffer{}
		for _, body := range many(60) {
			for range 10 {
				q.send("full")
			}
			q.send(body)
		}
		stop := reading(t, q, "q", s.handle, f, log)
		time.Sleep(2 * time.Second)
		stop()
		if got := s.all(); !slices.Equal(got, many(60)) {
			t.Errorf("stored within two seconds: %q", got)
		}
		if left := q.left(); len(left) != 600 || f.failed < 600 {
			t.Errorf("%d are left, %d were counted", len(left), f.failed)
		}
		if text := log.String(); strings.Contains(text, "level=ERROR") {
			t.Errorf("the store is taken to be away:\n%s", text)
		}
	})
}

// An attacker calls in many regions: all of it joins one case, each call waits for those before it, and there are more of them
// than are taken at once from a queue. What all others do is stored and deleted meanwhile.
func TestACaseWhoseJoinsWaitForEachOtherHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, log := &queue{}, &store{}, &bytes.Buffer{}
		for _, body := range many(50) {
			q.send("slow", "slow", "slow", body)
		}
		stop := reading(t, q, "q", func(ctx context.Context, body []byte) error {
			if string(body) == "slow" {
				time.Sleep(20 * time.Second)
			}
			return s.handle(ctx, body)
		}, nil, log)
		time.Sleep(2 * time.Second)
		if got := s.all(); !slices.Equal(got, many(50)) {
			t.Errorf("stored within two seconds: %q", got)
		}
		if left := slices.Compact(q.left()); !slices.Equal(left, []string{"slow"}) {
			t.Errorf("left after two seconds: %q", left)
		}
		stop()
		if left := q.left(); len(left) != 0 || q.oftenest() > 1 {
			t.Errorf("left in the end: %q", left)
		}
	})
}

// A storm that is stored slowly: memory holds some of it, the queue the rest, and nothing is handed out twice.
func TestWhatIsInHandIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, f := &queue{}, &store{}, &figures{}
		q.send(many(500)...)
		var mu sync.Mutex
		var now, most int
		stop := reading(t, q, "q", func(ctx context.Context, body []byte) error {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(30 * time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return s.handle(ctx, body)
		}, f, &bytes.Buffer{})
		time.Sleep(95 * time.Second)
		stop()
		if got := s.all(); !slices.Equal(got, many(500)) || len(q.left()) != 0 {
			t.Errorf("stored %d, left %q", len(got), q.left())
		}
		if most != 200 || f.again != 0 {
			t.Errorf("%d in hand at once, %d handed out again", most, f.again)
		}
	})
}

// A store that answers no more, and says so late: as long as that lasts, what is asked for is waited for.
func TestAStoreThatHangsIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, log := &queue{}, &store{away: true}, &bytes.Buffer{}
		q.send(many(600)...)
		stop := reading(t, q, "q", func(ctx context.Context, body []byte) error {
			err := s.handle(ctx, body)
			if err != nil {
				time.Sleep(30 * time.Second)
			}
			return err
		}, nil, log)
		time.Sleep(time.Minute)
		asked := q.asked()
		time.Sleep(14 * time.Minute)
		if n := q.asked() - asked; n > 4*14*2 || q.oftenest() > 5 {
			t.Errorf("asked %d times in the outage, one was handed out %d times", n, q.oftenest())
		}
		s.set(false)
		time.Sleep(20 * time.Minute)
		stop()
		if got := s.all(); !slices.Equal(got, many(600)) || len(q.left()) > 0 {
			t.Errorf("stored %d, left %q", len(got), q.left())
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "stored again") {
			t.Errorf("logged:\n%s", text)
		}
	})
}

func TestAQueueThatIsAwayIsAskedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s, log := &queue{away: true}, &store{}, &bytes.Buffer{}
		q.send(many(5)...)
		stop := reading(t, q, "q", s.handle, nil, log)
		time.Sleep(time.Hour)
		if n := q.asked(); n < 60 || n > 1000 {
			t.Errorf("asked %d times within the hour", n)
		}
		q.set(false)
		time.Sleep(2 * time.Minute)
		stop()
		if got := s.all(); !slices.Equal(got, many(5)) {
			t.Errorf("stored %q", got)
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 {
			t.Errorf("logged:\n%s", text)
		}
	})
}

// Stopping the source waits for what is in flight: it is stored and deleted.
func TestStoppingEndsWhatIsInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s := &queue{}, &store{}
		q.send("slow")
		stop := reading(t, q, "q", func(ctx context.Context, body []byte) error {
			time.Sleep(10 * time.Second)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return s.handle(ctx, body)
		}, nil, &bytes.Buffer{})
		time.Sleep(time.Second)
		stop()
		if len(s.all()) != 1 || len(q.left()) != 0 {
			t.Errorf("stored %q, left %q", s.all(), q.left())
		}
	})
}

// The same against a queue that other people wrote.
func TestSourceOnMoto(t *testing.T) {
	server := mototest.Start(t)
	client := awssqs.NewFromConfig(server.Config(event.Place{Region: "eu-west-1"}))
	made, err := client.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("events")})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range append(many(25), "bad") {
		if _, err := client.SendMessage(t.Context(), &awssqs.SendMessageInput{QueueUrl: made.QueueUrl, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	s, f := &store{}, &figures{}
	stop := reading(t, client, *made.QueueUrl, s.handle, f, &bytes.Buffer{})
	for deadline := time.Now().Add(30 * time.Second); len(s.all()) < 25 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
	}
	stop()
	if got := s.all(); !slices.Equal(got, many(25)) {
		t.Errorf("stored %q", got)
	}
	out, err := client.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{
		QueueUrl: made.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen, hidden := out.Attributes["ApproximateNumberOfMessages"], out.Attributes["ApproximateNumberOfMessagesNotVisible"]; seen != "0" || hidden != "1" {
		t.Errorf("in the queue: %s to be seen, %s hidden, want the unreadable one alone", seen, hidden)
	}
}
