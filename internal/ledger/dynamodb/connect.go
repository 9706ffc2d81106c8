package dynamodb

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

// answer is the longest that one request may take, its retries not counted: DynamoDB answers in milliseconds, and a
// worker that waits for one that hangs holds a lease.
const answer = 5 * time.Second

// Connect opens the ledger in a table of the configuration's account and region.
func Connect(ctx context.Context, cfg aws.Config, table string) (*Store, error) {
	within := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		ctx, cancel := context.WithTimeout(ctx, answer)
		defer cancel()
		return next.HandleFinalize(ctx, in)
	}
	return Open(ctx, dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Finalize.Insert(middleware.FinalizeMiddlewareFunc("AnswerInTime", within), "Retry", middleware.After)
		})
	}), table)
}
