package sqs

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// maxInFlight is how many messages are in flight at once by default. EventBridge sends none above 256 KiB: fifty
// megabytes at the very worst. It is far more than a poll brings, because joins to one case wait for each other: an attacker who
// calls in many regions would hold up what all others do.
const maxInFlight = 200

// linger is how long what has ended waits for others to be deleted with.
const linger = 20 * time.Millisecond

// inFlight is the messages that are in hand: received, and neither deleted nor put off yet.
type inFlight struct {
	*Source
	places   chan struct{} // one is taken for each message that is in hand or asked for
	handling sync.WaitGroup
	ended    chan ending
}

// ending is what became of a message.
type ending struct {
	message types.Message
	fate    outcome
}

// reserve waits for a place and takes as many as there are, up to what a poll can bring; none when the context ends.
func (h *inFlight) reserve(ctx context.Context) (places int) {
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for places = 1; places < batch; places++ {
		select {
		case h.places <- struct{}{}:
		default:
			return places
		}
	}
	return places
}

func (h *inFlight) free(places int) {
	for range places {
		<-h.places
	}
}

// take handles messages side by side, waits for none, and tells of each when it was handled.
func (h *inFlight) take(ctx context.Context, messages []types.Message) (handled <-chan struct{}) {
	each := make(chan struct{}, len(messages))
	for _, m := range messages {
		h.handling.Go(func() {
			limited, cancel := context.WithTimeout(ctx, work)
			defer cancel()
			f := h.handle(limited, m)
			each <- struct{}{}
			h.ended <- ending{m, f}
		})
	}
	return each
}

// settle ends what was handled, a few at a time, until nothing is left to be handled. One deletion that fails for a while
// does not hold up the next.
func (h *inFlight) settle(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for first := range h.ended {
		some := h.gather(first)
		all.Go(func() {
			defer h.free(len(some))
			var done, later []types.Message // what is stored is deleted, what could not be is put off
			for _, e := range some {
				switch e.fate {
				case stored:
					done = append(done, e.message)
				case failed:
					later = append(later, e.message)
				}
			}
			h.delete(ctx, done)
			h.putOff(ctx, later)
		})
	}
}

// gather waits a moment for what ends with the first: SQS takes a call for each ten as for one.
func (h *inFlight) gather(first ending) []ending {
	some := []ending{first}
	enough := time.NewTimer(linger)
	defer enough.Stop()
	for len(some) < batch {
		select {
		case e, more := <-h.ended:
			if !more {
				return some
			}
			some = append(some, e)
		case <-enough.C:
			return some
		}
	}
	return some
}
