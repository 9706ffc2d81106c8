package cloud

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// renewable are credentials that can be got anew.
type renewable interface {
	held() string
	drop(id string) bool
}

// renew tries a call once more with new credentials where AWS does not take those that were used: they ran out before
// their time by our clock, or the session was revoked. Nothing was done by the first attempt.
func renew(c renewable) func(*middleware.Stack) error {
	again := middleware.InitializeMiddlewareFunc("riposte.renew",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			used := c.held()
			out, md, err := next.HandleInitialize(ctx, in)
			if stale(err) && c.drop(used) {
				return next.HandleInitialize(ctx, in)
			}
			return out, md, err
		})
	return func(s *middleware.Stack) error { return s.Initialize.Add(again, middleware.After) }
}

// stale reports whether the credentials themselves were refused, in the words of the query services, EC2's, and the JSON
// services'. A role that can't be assumed is another matter, even where the reason reads alike: that concerns the credentials
// behind it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
func stale(err error) bool {
	var inner *NotAssumed
	var api smithy.APIError
	return !errors.As(err, &inner) && errors.As(err, &api) && slices.Contains([]string{
		"ExpiredToken", "InvalidClientTokenId", "RequestExpired", "AuthFailure", "ExpiredTokenException", "UnrecognizedClientException",
	}, api.ErrorCode())
}

// base are the credentials of the process. Where the SDK keeps them, it asks for them again.
type base struct{ aws.CredentialsProvider }

func (base) held() string { return "" }

func (b base) drop(string) bool {
	cache, ok := b.CredentialsProvider.(interface{ Invalidate() })
	if ok {
		cache.Invalidate()
	}
	return ok
}
