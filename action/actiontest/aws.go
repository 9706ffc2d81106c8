// Package actiontest is the suite that every action passes, and an access to AWS that remembers what was called.
package actiontest

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// AWS opens real clients on whatever answers, with all rights, and remembers the calls that they make.
type AWS struct {
	open   func(event.Place) aws.Config
	settle func() // lets what a change has set in motion come to its end; nil: nothing moves by itself
	mu     sync.Mutex
	made   []call.ID
}

// On opens clients by their configuration.
func On(open func(event.Place) aws.Config) *AWS { return &AWS{open: open} }

// Settling is the same AWS, where something has to be done for what a change has set in motion to come to its end.
func (a *AWS) Settling(settle func()) *AWS { a.settle = settle; return a }

// Calls are the IAM actions called since it was last asked, in order, each once.
func (a *AWS) Calls() []call.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	made := slices.Sorted(slices.Values(a.made))
	a.made = nil
	return slices.Compact(made)
}

// Reads is the reading half.
func (a *AWS) Reads() access.Reads { return access.ClientReads(a.config) }

// Writes is the changing half.
func (a *AWS) Writes() access.Writes { return access.ClientWrites(a.config) }

// config adds the memory. IAM is global: its calls go to one region.
func (a *AWS) config(p event.Place) aws.Config {
	if p.Region == "" {
		p.Region = "us-east-1"
	}
	c := a.open(p)
	c.APIOptions = append(slices.Clone(c.APIOptions), func(s *middleware.Stack) error {
		return s.Finalize.Add(middleware.FinalizeMiddlewareFunc("actiontest", a.remember), middleware.Before)
	})
	return c
}

func (a *AWS) remember(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	a.mu.Lock()
	a.made = append(a.made, call.Made(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)))
	a.mu.Unlock()
	return next.HandleFinalize(ctx, in)
}
