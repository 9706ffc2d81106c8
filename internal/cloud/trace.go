package cloud

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
)

// traced notes the request id of every call that was answered, by which riposte knows its own work again.
func traced(s *middleware.Stack) error {
	note := middleware.InitializeMiddlewareFunc("riposte.trace",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, md, err := next.HandleInitialize(ctx, in)
			if id, ok := awsmiddleware.GetRequestIDMetadata(md); ok {
				access.TraceOf(ctx).Add(id)
			}
			return out, md, err
		})
	return s.Initialize.Add(note, middleware.After)
}
