package engine_test

import (
	"encoding/json"
	"path/filepath"
	"runtime/debug"
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
// ledger on disk, to the moment the first change is sent, less the time that the world takes to answer what is read. The
// ledger has been in use for a while: its log is written over then, which takes the disk less than to make it longer. A
// hundredth of the answers takes thousands of them to be known: .ci/bench asks for as many.
func BenchmarkReceiptToFirstChange(b *testing.B) {
	w, err := world.New([]byte(shop), world.Options{})
	if err != nil {
		b.Fatal(err)
	}
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := &stage{TB: b, w: w, store: store, books: []playbook.Definition{launches()}, policy: acting(), meter: &meter{}}
	defer debug.SetGCPercent(debug.SetGCPercent(1600)) // as in the daemon, which has collections made rarely
	answered := s.answering()
	var took []time.Duration
	for range 400 {
		s.answer(answered)
	}
	for b.Loop() {
		took = append(took, s.answer(answered))
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// answer lets an attack happen, and tells how long riposte itself took.
func (s *stage) answer(answered <-chan error) time.Duration {
	s.Helper()
	events := s.launch()
	s.meter.answering, s.meter.sent = 0, time.Time{}
	began := time.Now()
	_, err := s.e.Receive(s.Context(), events...)
	s.must(err)
	s.must(<-answered)
	if s.meter.sent.IsZero() {
		s.Fatal("no change was made")
	}
	return s.meter.sent.Sub(began) - s.meter.answering
}

// answering begins an engine whose worker waits to be woken, as the daemon's do, and says when it has done what is due.
func (s *stage) answering() <-chan error {
	woken, answered := make(chan struct{}, 1), make(chan error)
	s.workers, s.wake = 1, func() { woken <- struct{}{} }
	s.restart()
	go func() {
		for range woken {
			_, err := s.e.RunDue(s.Context())
			answered <- err
		}
	}()
	s.Cleanup(func() { close(woken) })
	return answered
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
