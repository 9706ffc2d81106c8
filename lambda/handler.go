package lambda

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/metrics/emf"
	"github.com/ripostehq/riposte/internal/source/lambda"
)

// patrolling is the longest that canaries take of an invocation.
const patrolling = 5 * time.Second

// looking is the longest that AWS Organizations is waited for, within the time to begin in.
const looking = 7 * time.Second

// handler puts riposte together for AWS.
func (s *settings) handler(ctx context.Context) (runtime.Handler, *app.App, error) {
	base, err := cloud.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	// The record is in a table of the function's own region.
	store, err := dynamodb.Connect(ctx, base(event.Place{Region: s.region}), s.config.Ledger.Name)
	if err != nil {
		return nil, nil, fmt.Errorf("open the ledger: %w", err)
	}
	for _, w := range s.config.Warnings {
		s.log.Warn("configuration", "warning", w.String())
	}
	figures := emf.New(s.config.Lambda.Metrics, s.now)
	a := s.app(store, base, figures)
	h, err := s.serve(ctx, a, sqs.NewFromConfig(base(event.Place{Region: s.region})), figures)
	if err != nil {
		return nil, nil, err
	}
	s.log.Info("ready", "configuration", s.config.File, "version", s.config.Version, "ledger", s.config.Ledger.String(), "wake_queue", s.config.Lambda.WakeQueue, "process", s.name)
	if s.config.Lambda.Metrics == "" {
		return h, a, nil
	}
	return &metered{h, figures, os.Stdout, s.log}, a, nil
}

// metered writes the figures of each invocation into the log, out of which CloudWatch takes them.
type metered struct {
	runtime.Handler
	figures *emf.Meter
	out     io.Writer
	log     *slog.Logger
}

// Invoke is one invocation, whatever becomes of it.
func (m *metered) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	defer func() {
		if err := m.figures.Flush(m.out); err != nil {
			m.log.Warn("CloudWatch has no figures of this invocation", "error", err)
		}
	}()
	return m.Handler.Invoke(ctx, payload)
}

// queues are those that invoke the function, the one for wakes among them.
type queues interface {
	lambda.Sender
	lambda.Hider
}

// over puts riposte together over a ledger and the queues of its region.
func (s *settings) over(ctx context.Context, store ledger.Store, base func(event.Place) aws.Config, q queues, m *emf.Meter) (*lambda.Handler, error) {
	return s.serve(ctx, s.app(store, base, m), q, m)
}

// app knows of the organisation what the one before it knew.
func (s *settings) app(store ledger.Store, base func(event.Place) aws.Config, m *emf.Meter) *app.App {
	a := app.New(app.Parts{
		Config: s.config, Kinds: s.kinds, Store: store, AWS: base, Now: s.now, Name: s.name, Log: s.log, Meter: m, Canaries: m, Sweeps: m,
		Tell: &app.Telling{Report: s.config.Report, AWS: base, Home: event.Place{Region: s.region}, Getenv: s.env, Now: s.now},
	})
	if a.Canaries != nil {
		a.Canaries.Name = s.called // as the roll knows all processes of the function
	}
	if a.Sweeps != nil {
		a.Sweeps.Started = time.Time{} // what was missed is due at once: a process of the function may not see its turn
	}
	if s.before != nil {
		a.Organization.Inherit(s.before.Organization)
		a.Engine.Inherit(s.before.Engine)
	}
	return a
}

func (s *settings) serve(ctx context.Context, a *app.App, q queues, m *emf.Meter) (*lambda.Handler, error) {
	w := worker{App: a, log: s.log, attendance: &app.Attendance{Store: a.Store, As: ledger.Replica{Name: s.called, Function: true}, Now: s.now}}
	w.look(ctx)
	p := lambda.Parts{RunDue: w.step, Hide: q, Now: s.now, Log: s.log, Handle: func(ctx context.Context, body []byte) error {
		_, err := a.Vouched(ctx, body)
		m.Handled(err)
		return err
	}}
	for _, address := range s.config.Lambda.Queues {
		queue, err := lambda.QueueOf(address, s.region)
		if err != nil {
			return nil, fmt.Errorf("lambda.queues: %w", err)
		}
		p.Queues = append(p.Queues, queue)
	}
	if len(p.Queues) == 0 {
		s.log.Warn("lambda.queues names none: what a queue brings is refused, and only what EventBridge invokes the function with is taken")
	}
	if address := s.config.Lambda.AnswerQueue; address != "" {
		queue, err := lambda.QueueOf(address, s.region)
		if err != nil {
			return nil, fmt.Errorf("lambda.answer_queue: %w", err)
		}
		p.Answer, p.Click = &queue, answers{a.Slack, s.log, s.now}.take
	}
	if queue := s.config.Lambda.WakeQueue; queue != "" {
		p.Wake = lambda.NewWaker(q, queue, s.now)
	}
	if a.Sweeps != nil {
		p.Sweep = (&sweeps{rounds: a.Sweeps, now: s.now}).step
	}
	return lambda.New(p), nil
}

// worker does what is due once it is known which accounts there are: the gate asks that, and can't wait for the answer. A
// daemon keeps looking; a function that is invoked by a wake alone has no other that would.
type worker struct {
	*app.App
	log        *slog.Logger
	attendance *app.Attendance
	known      atomic.Bool
}

func (w *worker) step(ctx context.Context) (time.Time, error) {
	if !w.known.Load() {
		w.look(ctx)
	}
	next, err := w.Engine.RunDue(ctx)
	if ctx.Err() == nil { // letters after the answers, in the time that is left
		at, failed := w.SendLetters(ctx)
		if failed != nil {
			w.log.Warn("letters are not sent, and stay owed", "error", failed)
		}
		next = sooner(next, at)
	}
	if err == nil { // an operator that halts sees that it serves; nothing that is due waits for that
		if err := w.attendance.Look(ctx); err != nil {
			w.log.Warn("whoever halts can't see that this function serves", "error", err)
		}
	}
	w.patrol(ctx)
	return next, err
}

// patrol follows canaries, in what time is left and never for long: what it does not get to waits for the next tick.
func (w *worker) patrol(ctx context.Context) {
	if w.Canaries == nil || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patrolling)
	defer cancel()
	if err := w.Canaries.Look(ctx); err != nil {
		w.log.Warn("canaries are not followed: what is missing is not known", "error", err)
	}
}

// sooner is the first of two moments, where zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// look asks AWS Organizations where accounts are discovered. What it does not answer holds what depends on it, and is logged
// there.
func (w *worker) look(ctx context.Context) {
	if !w.Config.Organization.Discover {
		w.known.Store(true)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	w.known.Store(w.Organization.Look(ctx) == nil)
}
