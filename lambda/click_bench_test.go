package lambda

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// watched is a ledger that notes when an order was stored.
type watched struct {
	ledger.Store
	ordered atomic.Int64 // in nanoseconds since 1970; two clicks may come at once
}

func (w *watched) Send(ctx context.Context, now time.Time, id string, m ledger.Message) (bool, error) {
	fresh, err := w.Store.Send(ctx, now, id, m)
	if m.Order != nil {
		w.ordered.Store(time.Now().UnixNano())
	}
	return fresh, err
}

// BenchmarkClickToStoredOrder measures riposte's own part of a click's way: the front's check and its queue, the function's own check, who clicked,
// whether the person may, the order in the ledger. What AWS and Slack add to it, they add; the first call of a process's is among them.
func BenchmarkClickToStoredOrder(b *testing.B) {
	var stored, whole []time.Duration
	for b.Loop() {
		d := asking(b)
		body := d.slack.Press("U1ANN", d.message, "Approve").Body()
		began := time.Now()
		if status := d.post(body, nil); status != 200 {
			b.Fatalf("status %d", status)
		}
		if out := d.bring(d.queue[0]); out != none {
			b.Fatal(out)
		}
		whole = append(whole, time.Since(began))
		if d.watch.ordered.Load() == 0 || len(d.only().Approvals()) != 1 {
			b.Fatalf("no order was stored: %+v", d.only().Approvals())
		}
		stored = append(stored, time.Unix(0, d.watch.ordered.Load()).Sub(began))
	}
	slices.Sort(stored)
	slices.Sort(whole)
	at := func(all []time.Duration, share float64) float64 {
		return float64(all[int(share*float64(len(all)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(stored, 0.5), "p50-ms")
	b.ReportMetric(at(stored, 0.95), "p95-ms")
	b.ReportMetric(at(whole, 0.95), "contained-p95-ms")
}
