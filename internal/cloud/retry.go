package cloud

import (
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	attempts     = 25 // of one call; its end (whole) comes first where the attempts themselves take long
	firstPause   = 25 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// retryer tries again soon and often, reads as much as changes: a read stands before every change, and an attacker who has a
// service throttled must not slow the defence. So it neither adapts its pace to refusals, nor has it the SDK's budget of retries,
// which a few hundred refusals use up. How much is asked is bounded by the workers, and by the pace of changes.
func retryer() aws.Retryer {
	// How long to wait after an attempt: random up to a bound that doubles, so that callers do not come back together.
	backoff := func(attempt int, _ error) (time.Duration, error) {
		return rand.N(min(firstPause<<min(attempt, 10), longestPause)) + time.Millisecond, nil
	}
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.Backoff, o.RateLimiter = attempts, retry.BackoffDelayerFunc(backoff), ratelimit.None
	})
}
