package dynamodb_test

import (
	"context"
	"errors"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
	turn  sync.Mutex
	sent  map[string]int
	items int // written, of transactions each; tries of the SDK not included
}

func (c *counting) count(s *middleware.Stack) error {
	items := middleware.InitializeMiddlewareFunc("Items", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		n := 0
		switch p := in.Parameters.(type) {
		case *client.TransactWriteItemsInput:
			n = len(p.TransactItems)
		case *client.PutItemInput, *client.UpdateItemInput, *client.DeleteItemInput:
			n = 1
		}
		c.turn.Lock()
		c.items += n
		c.turn.Unlock()
		return next.HandleInitialize(ctx, in)
	})
	return errors.Join(s.Initialize.Add(items, middleware.Before), wire(func(_ context.Context, name string, send func() error) error {
		c.turn.Lock()
		if c.sent == nil {
			c.sent = map[string]int{}
		}
		c.sent[name]++
		c.turn.Unlock()
		return send()
	})(s))
}

// written are the items of all writes.
func (c *counting) written() int {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.items
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
