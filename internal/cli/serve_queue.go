package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/source/sqs"
)

// silence is how long a queue that has answered may leave polls without an answer before riposte is not ready: what lasts less
// the source waits for, and is no news.
const silence = time.Minute

// heard is a queue, and since when it has answered no poll. A queue that is empty answers.
type heard struct {
	sqs.Client
	now func() time.Time

	mu    sync.Mutex
	since time.Time // zero while it answers
	last  error
	ever  bool // it has answered once: its address and the credentials are right
}

// ReceiveMessage polls the queue, and remembers whether it answered. A caller that stops polling has not waited for an answer.
func (h *heard) ReceiveMessage(ctx context.Context, in *awssqs.ReceiveMessageInput, o ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	began := h.now()
	out, err := h.Client.ReceiveMessage(ctx, in, o...)
	if errors.Is(ctx.Err(), context.Canceled) {
		return out, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch h.last = err; {
	case err == nil:
		h.since, h.ever = time.Time{}, true
	case h.since.IsZero():
		h.since = began
	}
	return out, err
}

// trouble is why the queue's events are missed; nil where it answers, or has not answered for a short while only. Of one that was
// refused from the start nobody knows that it will: riposte is not ready, and what replaces replicas one by one keeps the old ones.
func (h *heard) trouble() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ever && h.last != nil {
		return fmt.Errorf("the queue has not answered yet: %w", h.last)
	}
	if h.since.IsZero() || h.now().Sub(h.since) < silence {
		return nil
	}
	return fmt.Errorf("the queue has not answered since %s: %w", h.since.UTC().Format(time.RFC3339), h.last)
}
