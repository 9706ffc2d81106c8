package engine_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// hung is riposte's AWS, in which single reads of IAM never answer.
type hung struct {
	*stage
	reads []string
}

type hungReads struct {
	reads
	in *hung
}

func (h *hung) Reads() access.Reads { return hungReads{clients{h.w, own, nil}.reads(), h} }

func (r hungReads) IAM(p event.Place) access.IAMReads {
	p.Region = "us-east-1"
	cfg := traced(r.w.Config(p, own), nil)
	cfg.APIOptions = append(cfg.APIOptions, func(st *middleware.Stack) error {
		return st.Initialize.Add(middleware.InitializeMiddlewareFunc("hang",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				for _, op := range r.in.reads {
					if op == awsmiddleware.GetOperationName(ctx) {
						<-ctx.Done()
						return middleware.InitializeOutput{}, middleware.Metadata{}, ctx.Err()
					}
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.After)
	})
	return iam.NewFromConfig(cfg)
}

// hanging is a stage whose turns are short, and on which some reads hang.
func hanging(t *testing.T, lease time.Duration, book playbook.Definition, ops ...string) *stage {
	t.Helper()
	s := set(t, world.Options{}, book)
	b, err := book.Default()
	s.must(err)
	timing := engine.DefaultTiming()
	timing.Lease, timing.Call = lease, 400*time.Millisecond
	s.e = engine.New(engine.Options{
		Store: s.store, Playbooks: []playbook.Playbook{b}, Policy: s.policy, AWS: &hung{s, ops}, Reporter: s,
		Codec: action.NewCodec(action.Kinds()...), Timing: timing, Now: s.w.Now, Name: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// A read that an attacker's throttling keeps from ever being answered ends with its own time, and the other step is done in
// the same turn.
func TestALookThatHangsTakesNoTurnFromTheOthers(t *testing.T) {
	s := hanging(t, time.Minute, ladders(), "ListAccessKeys")
	unprotect(s, mallory)
	s.recorded()
	s.turns(1, func() bool { return denied(s, "mallory") })
	if c := s.only("test.ladder"); c.Revisions[0].Steps[0].Trouble == nil || c.Error == "" {
		t.Errorf("%s: %s, error %q", c.State, steps(c), c.Error)
	}
}

// Where everything hangs, each turn keeps what it has come to, and the next goes on: no step is left out for good.
func TestATurnThatIsOverKeepsWhatItHasDone(t *testing.T) {
	s := hanging(t, 2*time.Second, ladders(), "ListAccessKeys", "ListAttachedUserPolicies")
	for range 10 {
		unprotect(s, mallory)
		unprotect(s, second)
	}
	s.recorded()
	for range 8 {
		_, _, err := s.e.ProcessOne(t.Context())
		s.must(err)
	}
	c := s.only("test.ladder")
	tried := 0
	for _, r := range c.Revisions {
		for _, st := range r.Steps {
			if st.Trouble != nil {
				tried++
			}
		}
	}
	if c.State != ledger.Acting || len(c.Revisions) != 2 || tried != 4 || len(c.Suspects) != 2 {
		t.Errorf("%s, %d plans, %d suspects, %d steps were tried: %s\n%s", c.State, len(c.Revisions), len(c.Suspects), tried, steps(c), s.history(c))
	}
}
