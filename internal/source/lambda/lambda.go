// Package lambda is the source that AWS Lambda is: it invokes riposte with a batch from a queue, with one event of
// EventBridge, or because it is time; what was stored is acknowledged, then all that is due is done.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/source"
)

// maxMargin is kept of an invocation's time for the answer and for asking to be invoked again.
const maxMargin = 3 * time.Second

// Parts are what a Handler works with.
type Parts struct {
	Handle source.Handle
	Queues []Queue                                           // their messages may hold events; any queue's may say that it is time
	Answer *Queue                                            // its messages are clicks, and nothing else; nil: there is none
	Click  func(context.Context, Click) error                // checks a click's signature, and takes it; malformed: it is none
	RunDue func(context.Context) (next time.Time, err error) // see engine.Step
	Sweep  func(context.Context) (next time.Time, err error) // one account, in an invocation that brings nothing; nil: nothing is swept
	Wake   *Waker                                            // nil: the scheduled tick alone brings riposte back
	Hide   Hider                                             // nil: what failed comes again when its queue has it
	Now    func() time.Time
	Log    *slog.Logger
}

// Handler answers invocations. Lambda brings one at a time; more do no harm.
type Handler struct{ Parts }

// New makes a Handler.
func New(p Parts) *Handler { return &Handler{p} }

// Invoke is one invocation, from its payload to its answer. Of a batch, the answer names the messages that must come again,
// for which the queue's mapping needs ReportBatchItemFailures; one that can't be read comes again until the queue gives it
// to its dead-letter queue. Any other payload is answered with an error where it failed, and Lambda tries it again.
//
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	in, err := decode(payload, h.answers)
	if err != nil {
		return nil, err
	}
	limited, cancel := inside(ctx, h.Now())
	defer cancel()
	failed := h.store(limited, in)
	err = h.due(ctx, limited, len(in.messages))
	if in.batch {
		h.again(ctx, failed)
		return answer(failed) // what is stored is stored, whatever became of the rest
	}
	for _, f := range failed {
		err = errors.Join(f.why, err)
	}
	return nil, err
}

// inside ends the work early enough before Lambda ends the process.
func inside(ctx context.Context, now time.Time) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	margin := min(maxMargin, deadline.Sub(now)/5)
	return context.WithDeadline(ctx, deadline.Add(-margin))
}

// width is how many messages of a batch are stored at the same time: those that hold a suspect wait for the ledger.
const width = 8

// store hands the messages on and returns those that failed, in order; those for which no time was left are among them.
func (h *Handler) store(ctx context.Context, in payload) []failure {
	messages := in.messages
	why := make([]error, len(messages))
	turns := make(chan struct{}, width)
	var all sync.WaitGroup
	for i, m := range messages {
		turns <- struct{}{}
		if why[i] = ctx.Err(); why[i] != nil {
			<-turns
			continue
		}
		all.Go(func() {
			defer func() { <-turns }()
			if why[i] = h.believe(m, in.batch); why[i] == nil {
				why[i] = h.handle(ctx, m)
			}
		})
	}
	all.Wait()
	var failed []failure
	for i, m := range messages {
		if why[i] != nil {
			var bad *source.Malformed
			h.Log.Warn("message failed", "message", m.id, "malformed", errors.As(why[i], &bad), "error", why[i])
			failed = append(failed, failure{m, why[i]})
		}
	}
	return failed
}

// handle takes one message, and a panic over it for a failure: a poisonous one must not take its batch with it.
func (h *Handler) handle(ctx context.Context, m message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			h.Log.Error("panic recovered", "message", m.id, "what", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if h.answers(m.queue) {
		return h.click(ctx, m)
	}
	return h.Handle(ctx, m.body)
}
