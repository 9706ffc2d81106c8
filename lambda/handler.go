package lambda

import (
	"context"
	"fmt"
	"log/slog"
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
	"github.com/ripostehq/riposte/internal/source/lambda"
)

// looking is the longest that AWS Organizations is waited for, within the time to begin in.
const looking = 7 * time.Second

// handler puts riposte together for AWS.
func (s *settings) handler(ctx context.Context) (runtime.Handler, error) {
	base, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	// The record is in a table of the function's own region.
	store, err := dynamodb.Connect(ctx, base(event.Place{Region: s.region}), s.config.Ledger.Name)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	for _, w := range s.config.Warnings {
		s.log.Warn("configuration", "warning", w.String())
	}
	h, err := s.over(ctx, store, base, sqs.NewFromConfig(base(event.Place{Region: s.region})))
	if err != nil {
		return nil, err
	}
	s.log.Info("ready", "ledger", s.config.Ledger.String(), "wake_queue", s.config.Lambda.WakeQueue, "process", s.name)
	return h, nil
}

// queues are those that invoke the function, the one for wakes among them.
type queues interface {
	lambda.Sender
	lambda.Hider
}

// over puts riposte together over a ledger and the queues of its region.
func (s *settings) over(ctx context.Context, store ledger.Store, base func(event.Place) aws.Config, q queues) (*lambda.Handler, error) {
	a := app.New(app.Parts{Config: s.config, Kinds: s.kinds, Store: store, AWS: base, Now: s.now, Name: s.name, Log: s.log})
	w := worker{App: a, log: s.log, attendance: &app.Attendance{Store: store, As: ledger.Replica{Name: s.called, Function: true}, Now: s.now}}
	w.look(ctx)
	p := lambda.Parts{RunDue: w.step, Hide: q, Now: s.now, Log: s.log, Handle: func(ctx context.Context, body []byte) error {
		_, err := a.Vouched(ctx, body)
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
	if queue := s.config.Lambda.WakeQueue; queue != "" {
		p.Wake = lambda.NewWaker(q, queue, s.now)
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
	if err == nil { // an operator that halts sees that it serves; nothing that is due waits for that
		if err := w.attendance.Look(ctx); err != nil {
			w.log.Warn("whoever halts can't see that this function serves", "error", err)
		}
	}
	return next, err
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
