package cloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// impatience is how long a read waits for an answer before it is asked a second time beside the first. AWS answers what
// riposte reads in tens of milliseconds; a connection that hangs would hold the answer to an attack for a whole attempt.
const impatience = time.Second

// hedge asks a second time beside a read that is not answered soon, and takes the first answer. Only for reads: a change is
// sent once at a time.
func hedge(after time.Duration) func(*middleware.Stack) error {
	h := middleware.FinalizeMiddlewareFunc("riposte.hedge",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			ask, err := repeatable(in)
			if err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			ctx, cancel := context.WithCancel(ctx)
			defer cancel() // whichever attempt comes second
			return first(ctx, after, func(to chan<- answer) {
				var a answer
				if in, err := ask(); err != nil {
					a.err = err
				} else {
					a.out, a.md, a.err = next.HandleFinalize(ctx, in)
				}
				to <- a
			})
		})
	return func(st *middleware.Stack) error { return st.Finalize.Insert(h, "Retry", middleware.After) }
}

// answer is what one attempt came to.
type answer struct {
	out middleware.FinalizeOutput
	md  middleware.Metadata
	err error
}

// first is the first answer that is none of trouble, else the last one.
func first(ctx context.Context, after time.Duration, attempt func(chan<- answer)) (middleware.FinalizeOutput, middleware.Metadata, error) {
	answers := make(chan answer, 2) // nobody waits for the one that comes second
	go attempt(answers)
	late := time.NewTimer(after)
	defer late.Stop()
	pending := 1
	for {
		select {
		case a := <-answers:
			if pending--; a.err == nil || pending == 0 || ctx.Err() != nil {
				return a.out, a.md, a.err
			}
		case <-late.C:
			pending++
			go attempt(answers)
		}
	}
}

// repeatable makes copies of a request that may be sent at once: clones share one body.
func repeatable(in middleware.FinalizeInput) (func() (middleware.FinalizeInput, error), error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return nil, fmt.Errorf("a request of the kind %T can't be repeated", in.Request)
	}
	var body []byte
	if stream := request.GetStream(); stream != nil {
		var err error
		if body, err = io.ReadAll(stream); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		if err := request.RewindStream(); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
	}
	return func() (middleware.FinalizeInput, error) {
		out := in
		clone := request.Clone()
		if body != nil {
			var err error
			if clone, err = clone.SetStream(bytes.NewReader(body)); err != nil {
				return out, fmt.Errorf("repeat the request: %w", err)
			}
		}
		out.Request = clone
		return out, nil
	}, nil
}
