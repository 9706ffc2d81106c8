package engine_test

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/access"
)

// meter tells AWS's time from riposte's: how long the world took to answer, and when the first change left.
type meter struct {
	answering time.Duration
	sent      time.Time
	client    *ec2.Client // made once, as internal/cloud does
}

// around measures at the seam under the client.
func (m *meter) around() middleware.DeserializeMiddleware {
	return middleware.DeserializeMiddlewareFunc("meter",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			began := time.Now()
			if m.sent.IsZero() && changes(awsmiddleware.GetOperationName(ctx)) {
				m.sent = began
			}
			out, md, err := next.HandleDeserialize(ctx, in)
			if m.sent.IsZero() {
				m.answering += time.Since(began)
			}
			return out, md, err
		})
}

// traced notes request ids, as internal/cloud does.
func traced(cfg aws.Config, m *meter) aws.Config {
	if m != nil {
		cfg.APIOptions = append(cfg.APIOptions, func(st *middleware.Stack) error { return st.Deserialize.Add(m.around(), middleware.Before) })
	}
	cfg.APIOptions = append(cfg.APIOptions, func(st *middleware.Stack) error {
		return st.Initialize.Add(middleware.InitializeMiddlewareFunc("trace",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				out, md, err := next.HandleInitialize(ctx, in)
				if id, ok := awsmiddleware.GetRequestIDMetadata(md); ok {
					access.TraceOf(ctx).Add(id)
				}
				return out, md, err
			}), middleware.After)
	})
	return cfg
}
