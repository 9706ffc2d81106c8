package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/internal/source"
)

// A sender with the right to a queue can write a record; EventBridge alone writes an event from aws.ec2 around it.
func TestABareRecordIsBelievedOnlyWhereTheConfigurationSaysSo(t *testing.T) {
	s := set(t)
	s.attack()
	var records [][]byte
	for _, d := range s.w.Deliveries() {
		var envelope struct{ Detail json.RawMessage }
		s.must(json.Unmarshal(d.Body, &envelope))
		records = append(records, envelope.Detail, append([]byte(`{"Records":[`+string(envelope.Detail)), "]}"...))
	}
	refused, taken := make(chan error, len(records)), make(chan error, len(records))
	d := s.serve(acting, sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{{Name: "feed", Made: "feed", Run: func(ctx context.Context, up func()) error {
			up()
			for _, record := range records {
				refused <- now.Believing(false)(ctx, record)
				taken <- now.Believing(true)(ctx, record)
			}
			<-ctx.Done()
			return nil
		}}}
	}))
	for range records {
		var bad *source.Malformed
		if err := <-refused; !errors.As(err, &bad) {
			t.Errorf("a bare record from a source that believes AWS alone: %v", err)
		}
		s.must(<-taken)
	}
	s.until("verified", func() bool { return d.states() == "verified" })
	s.must(d.end())
}
