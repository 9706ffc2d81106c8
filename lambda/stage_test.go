package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/metrics/emf"
	"github.com/ripostehq/riposte/internal/source/lambda"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

// A shop whose group launches what its owner never approved, as soon as it launches anything.
const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions:
      eu-west-1:
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0aaaaaaaaaaaaaaaa, type: t3.micro}]}]
        groups: [{name: web, template: web, min: 0, max: 4, desired: 0}]
`

const acting = `
playbooks: {launch.unapproved-image: {mode: act}}
report: {security_hub: true}
ledger: "dynamodb:riposte"
lambda: {queues: ["https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-events"], wake_queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-wake"}
`

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// stage is the function in a world, and what invokes it: the trail by way of a queue, wakes, ticks.
type stage struct {
	testing.TB
	w     *world.World
	store ledger.Store
	watch *watched // the same
	f     *lambda.Handler

	figures *emf.Meter

	wakes   []time.Time // in which they arrive
	lost    bool        // the queue loses wakes
	doubled bool        // and this one delivers them twice
	invoked int
}

func set(t *testing.T) *stage { return setOver(t, acting, nil) }

// setOver sets the stage with another configuration, and an environment.
func setOver(t testing.TB, text string, env map[string]string) *stage {
	w, err := world.New([]byte(shop), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	watch := &watched{Store: store}
	s := &stage{TB: t, w: w, store: watch, watch: watch, figures: emf.New("riposte", w.Now)}
	made := settings{config: c, kinds: action.Kinds(), region: "eu-west-1", name: "test", called: "riposte-function", log: slog.New(slog.DiscardHandler), now: w.Now,
		env: func(name string) string { return env[name] }}
	own := func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
	}
	if s.f, err = made.over(t.Context(), watch, own, s, s.figures); err != nil {
		t.Fatal(err)
	}
	return s
}

// SendMessage is the wake queue.
func (s *stage) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	at := s.w.Now().Add(time.Duration(in.DelaySeconds) * time.Second)
	switch {
	case s.lost:
	case s.doubled:
		s.wakes = append(s.wakes, at, at.Add(time.Second))
	default:
		s.wakes = append(s.wakes, at)
	}
	return &sqs.SendMessageOutput{}, nil
}

// ChangeMessageVisibilityBatch is never needed: nothing fails here.
func (s *stage) ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	return nil, errors.New("nothing failed")
}

// attack makes the group launch.
func (s *stage) attack() {
	s.Helper()
	groups := autoscaling.NewFromConfig(s.w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
	_, err := groups.SetDesiredCapacity(s.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(1)})
	if err != nil {
		s.Fatal(err)
	}
}

// run lets five minutes pass, in which the trail and the wakes invoke the function, and, where there are ticks, the clock.
func (s *stage) run(tick time.Duration) {
	s.Helper()
	for end := s.w.Now().Add(5 * time.Minute); s.w.Now().Before(end); {
		s.deliver()
		next := end
		if at, ok := s.w.Next(); ok && at.Before(next) {
			next = at
		}
		for _, at := range s.wakes {
			if at.Before(next) {
				next = at
			}
		}
		if tick > 0 && s.w.Now().Truncate(tick).Add(tick).Before(next) {
			next = s.w.Now().Truncate(tick).Add(tick)
		}
		if err := s.w.AdvanceTo(next); err != nil {
			s.Fatal(err)
		}
		s.wake()
		if tick > 0 && s.w.Now().Truncate(tick).Equal(s.w.Now()) {
			s.invoke(`{"riposte":"tick"}`)
		}
	}
}

func (s *stage) wake() {
	var later []time.Time
	due := 0
	for _, at := range s.wakes {
		if at.After(s.w.Now()) {
			later = append(later, at)
			continue
		}
		due++
	}
	s.wakes = later
	if due > 0 {
		s.invoke(s.batch(strings.Repeat("\n"+`{"riposte":"wake"}`, due)[1:]))
	}
}

// deliver brings what the trail has due, all in one batch.
func (s *stage) deliver() {
	s.Helper()
	var bodies []string
	for _, d := range s.w.Deliveries() {
		bodies = append(bodies, string(d.Body))
	}
	if len(bodies) == 0 {
		return
	}
	if out := s.invoke(s.batch(strings.Join(bodies, "\n"))); out != `{"batchItemFailures":[]}` {
		s.Fatalf("a batch was answered %s", out)
	}
	for _, d := range s.w.Deliveries() {
		if err := s.w.Ack(d.ID); err != nil {
			s.Fatal(err)
		}
	}
}

// batch is what Lambda passes on of a queue: a message a line.
func (s *stage) batch(bodies string) string {
	return batch(s, "111122223333", strings.Split(bodies, "\n")...)
}

func batch(t testing.TB, account string, bodies ...string) string {
	t.Helper()
	var records []map[string]string
	for i, b := range bodies {
		records = append(records, map[string]string{
			"messageId": fmt.Sprint("m", i), "body": b, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:" + account + ":riposte-events",
		})
	}
	out, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func (s *stage) invoke(payload string) string {
	s.Helper()
	s.invoked++
	out, err := s.f.Invoke(s.Context(), []byte(payload))
	if err != nil {
		s.Fatalf("invoked with %.100s: %v", payload, err)
	}
	return string(out)
}

// only is the one case that there is.
func (s *stage) only() *ledger.Case {
	s.Helper()
	all, err := s.store.Cases(s.Context(), ledger.Filter{})
	if err != nil || len(all) != 1 {
		s.Fatalf("want one case, got %d, %v", len(all), err)
	}
	return all[0]
}
