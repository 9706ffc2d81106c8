package serve_test

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/serve"
)

// A canary that the schedule sends is recorded, delivered, dismissed and measured; once the trail brings nothing any more, the
// next one is missing.
func TestADaemonSendsCanariesAndMissesThem(t *testing.T) {
	s := set(t)
	d := s.serve(acting + "canary: {every: 1h}\n")
	s.until("it serves", d.says("/metrics", "riposte_canary_missing 0"))
	s.must(s.w.AdvanceTo(s.w.Now().Add(31 * time.Minute))) // the place's turn was within the half hour before, or is now
	s.until("a canary arrives", d.says("/metrics", "riposte_canary_seconds_count 1"))
	s.until("its case is dismissed", func() bool { return d.states() == "dismissed" })
	s.must(d.end())
}

func TestADaemonWithoutATrailMissesItsCanaries(t *testing.T) {
	s := set(t)
	d := s.serve(acting+"canary: {every: 1h}\n", sources(func(*serve.Live) []serve.Source {
		return []serve.Source{{Name: "deaf", Made: "deaf", Run: func(ctx context.Context, up func()) error {
			up()
			<-ctx.Done()
			return nil
		}}}
	}))
	s.until("it serves", d.says("/metrics", "riposte_canary_missing 0"))
	s.must(s.w.AdvanceTo(s.w.Now().Add(31 * time.Minute)))
	s.until("it is sent", func() bool { return len(s.w.Deliveries()) > 0 })
	s.must(s.w.AdvanceTo(s.w.Now().Add(16 * time.Minute)))
	s.until("it is missing", d.says("/metrics", "riposte_canary_missing 1"))
	s.must(d.end())
}
