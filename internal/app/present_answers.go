package app

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/event"
)

// mostAnswers bounds what is remembered, and with it the memory.
const mostAnswers = 4096

// answers remembers what AWS answered: suspects of a month ask again and again for the same image, group and template, and so does each
// question what another parameter would change.
type answers struct {
	mu    sync.Mutex
	known map[string]any
}

func newAnswers() *answers { return &answers{known: map[string]any{}} }

// remembering is a base whose clients ask once. Errors are not remembered, nor who assumes which role.
func (a *answers) remembering(base func(event.Place) aws.Config) func(event.Place) aws.Config {
	return func(p event.Place) aws.Config {
		cfg := base(p).Copy()
		ask := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
			middleware.InitializeOutput, middleware.Metadata, error,
		) {
			return a.ask(ctx, p, in, next)
		}
		cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error { // behind what names the service and the operation
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("RiposteAnswers", ask), middleware.After)
		})
		return cfg
	}
}

func (a *answers) ask(ctx context.Context, p event.Place, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	asked, err := json.Marshal(in.Parameters)
	if err != nil || awsmiddleware.GetServiceID(ctx) == "STS" {
		return next.HandleInitialize(ctx, in)
	}
	key := p.Account + " " + p.Region + " " + awsmiddleware.GetServiceID(ctx) + " " + awsmiddleware.GetOperationName(ctx) + " " + string(asked)
	a.mu.Lock()
	known, ok := a.known[key]
	a.mu.Unlock()
	if ok {
		return middleware.InitializeOutput{Result: known}, middleware.Metadata{}, nil
	}
	out, meta, err := next.HandleInitialize(ctx, in)
	if err == nil && out.Result != nil {
		a.mu.Lock()
		if len(a.known) >= mostAnswers {
			clear(a.known)
		}
		a.known[key] = out.Result
		a.mu.Unlock()
	}
	return out, meta, err
}
