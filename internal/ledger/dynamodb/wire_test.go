package dynamodb_test

import (
	"context"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// refuse makes requests of an operation fail before they are sent.
func refuse(operation string) func(*middleware.Stack) error {
	return wire(func(ctx context.Context, name string, send func() error) error {
		if name == operation {
			return &smithy.GenericAPIError{Code: "InternalServerError", Message: "refused by the test"}
		}
		return send()
	})
}

// counting counts the requests that are sent, by operation.
type counting struct {
	turn sync.Mutex
	sent map[string]int
}

func (c *counting) count(s *middleware.Stack) error {
	return wire(func(_ context.Context, name string, send func() error) error {
		c.turn.Lock()
		if c.sent == nil {
			c.sent = map[string]int{}
		}
		c.sent[name]++
		c.turn.Unlock()
		return send()
	})(s)
}

// writes are all but reads, tries included.
func (c *counting) writes() (n int) {
	c.turn.Lock()
	defer c.turn.Unlock()
	for name, sent := range c.sent {
		if !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "BatchGet") && name != "Query" && name != "Scan" {
			n += sent
		}
	}
	return n
}

// wire stands between the SDK, its retries included, and the network.
func wire(f func(ctx context.Context, operation string, send func() error) error) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Finalize.Insert(middleware.FinalizeMiddlewareFunc("Wire", func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (out middleware.FinalizeOutput, m middleware.Metadata, err error) {
			err = f(ctx, awsmiddleware.GetOperationName(ctx), func() error {
				out, m, err = next.HandleFinalize(ctx, in)
				return err
			})
			return out, m, err
		}), "Retry", middleware.After)
	}
}
