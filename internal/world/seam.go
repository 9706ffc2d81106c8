package world

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world/core"
)

// Origin is where calls come from, as their records will show it.
type Origin = core.Origin

// Unsupported is the answer to what the world does not model: an operation, or one of its parameters.
type Unsupported = core.Unsupported

// Config is a configuration whose clients are answered by the world. The account that counts is the signer's,
// as in AWS: of the place, the region alone is used.
func (w *World) Config(p event.Place, c aws.Credentials) aws.Config {
	return w.ConfigFrom(p, c, Origin{SourceIP: "198.51.100.10", UserAgent: "aws-sdk-go-v2"})
}

// ConfigFrom is Config for calls of another origin.
func (w *World) ConfigFrom(p event.Place, c aws.Credentials, from Origin) aws.Config {
	return aws.Config{
		Region:      p.Region,
		Credentials: credentials.StaticCredentialsProvider{Value: c},
		Retryer:     retryAtOnce,
		APIOptions:  []func(*middleware.Stack) error{w.answer(from)},
	}
}

// retryAtOnce is the SDK's standard retry without its waiting, which would be the wall clock's, and without its bucket,
// which would be filled by the wall clock's.
func retryAtOnce() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		o.RateLimiter = ratelimit.None
	})
}

type inputKey struct{}

// answer puts the world under a client: the typed input is kept at Initialize and answered where the response would be
// read, so that validation, signing, retry, paginators and waiters of the real client run.
func (w *World) answer(from Origin) func(*middleware.Stack) error {
	token := middleware.InitializeMiddlewareFunc("world.token",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			w.fillToken(in.Parameters)
			return next.HandleInitialize(ctx, in)
		})
	keep := middleware.InitializeMiddlewareFunc("world.input",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(context.WithValue(ctx, inputKey{}, in.Parameters), in)
		})
	reply := middleware.DeserializeMiddlewareFunc("world.reply",
		func(ctx context.Context, in middleware.DeserializeInput, _ middleware.DeserializeHandler) (out middleware.DeserializeOutput, md middleware.Metadata, err error) {
			out.Result, err = w.serve(ctx, in, from, &md)
			return out, md, err
		})
	return func(s *middleware.Stack) error {
		if _, drawn := s.Initialize.Get("OperationIdempotencyTokenAutoFill"); drawn {
			if err := s.Initialize.Add(token, middleware.Before); err != nil {
				return err
			}
		}
		if err := s.Initialize.Add(keep, middleware.After); err != nil {
			return err
		}
		return s.Deserialize.Add(reply, middleware.Before)
	}
}

// fillToken gives a call the client token that the SDK would draw by lot, so that the same calls make the same world.
func (w *World) fillToken(in any) {
	token := reflect.ValueOf(in).Elem().FieldByName("ClientToken")
	if !token.IsValid() || !token.IsNil() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	token.Set(reflect.ValueOf(aws.String(w.state.UUID())))
}

func (w *World) serve(ctx context.Context, in middleware.DeserializeInput, from Origin, md *middleware.Metadata) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, &aws.RequestCanceledError{Err: err}
	}
	sdk, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	service := w.state.Service(sdk)
	if service == nil {
		return nil, &Unsupported{Service: sdk, Operation: operation}
	}
	r := request{service: service, operation: operation, region: awsmiddleware.GetRegion(ctx), from: from, input: ctx.Value(inputKey{})}
	if h, ok := in.Request.(*smithyhttp.Request); ok {
		r.signature = signatureOf(ctx, h.Request)
	}
	a := w.call(r)
	if a.requestID != "" {
		awsmiddleware.SetRequestIDMetadata(md, a.requestID)
	}
	if a.refused != nil {
		return nil, asResponse(a)
	}
	return a.out, a.err
}

// asResponse wraps a refusal as the real clients do, so that callers find status and request id.
func asResponse(a reply) error {
	return &awshttp.ResponseError{
		RequestID: a.requestID,
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: a.refused.Status, Header: http.Header{}}},
			Err:      a.refused.API(),
		},
	}
}
