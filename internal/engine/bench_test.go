package engine_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// BenchmarkReceiptToFirstChange measures riposte's own part of the answer: from the moment a record is received, with the
// ledger on disk, to the moment the first change is sent.
func BenchmarkReceiptToFirstChange(b *testing.B) {
	var began time.Time
	var first time.Duration
	w, err := world.New([]byte(shop), world.Options{AfterCall: func(_, op string) error {
		if op == "TerminateInstances" {
			first = time.Since(began)
		}
		return nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := &stage{TB: b, w: w, store: store, books: []playbook.Definition{launches()}, policy: acting()}
	s.restart()
	var took []time.Duration
	for b.Loop() {
		began, first = time.Now(), 0
		events := s.launch()
		began = time.Now()
		if _, err := s.e.Receive(b.Context(), events...); err != nil {
			b.Fatal(err)
		}
		if _, err := s.e.Step(b.Context()); err != nil {
			b.Fatal(err)
		}
		if first == 0 {
			b.Fatal("no change was made")
		}
		took = append(took, first)
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// launch starts an instance from the foreign image and waits for its record.
func (s *stage) launch() []event.Event {
	s.Helper()
	_, err := ec2.NewFromConfig(s.w.Config(ireland, mallory)).RunInstances(s.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(foreign), InstanceType: types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	s.must(err)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
	return s.due()
}

// due takes what the trail has to deliver.
func (s *stage) due() (events []event.Event) {
	s.Helper()
	for _, d := range s.w.Deliveries() {
		var envelope struct{ Detail json.RawMessage }
		s.must(json.Unmarshal(d.Body, &envelope))
		ev, err := event.Decode(envelope.Detail)
		s.must(err)
		ev.Received = s.w.Now()
		events = append(events, ev)
		s.must(s.w.Ack(d.ID))
	}
	return events
}
