package securityhub

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/internal/ledger"
)

// created returns when it happened, by CloudTrail's clock.
func created(c *ledger.Case) time.Time {
	for _, at := range []time.Time{c.Times.Occurred, c.Origin.Occurred, c.Times.Received} {
		if !at.IsZero() {
			return at
		}
	}
	return c.Origin.Received
}

// observed returns the times of the first and of the last event that joined the case; events come out of order.
func observed(c *ledger.Case) (first, last time.Time) {
	first = created(c)
	last = first
	for _, l := range c.Suspects {
		at := l.Origin.Occurred
		if at.IsZero() {
			continue
		}
		if at.Before(first) {
			first = at
		}
		last = latest(last, at)
	}
	return first, last
}

// updated numbers the versions of a finding. Security Hub ignores a version that is not later than the one it has, and
// keeps milliseconds only: the number of the report, which the ledger counts, goes into these, so that two reports of one
// instant stay in order. What the record has seen is a floor for a replica with a clock that is behind.
// https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
func (r *Reporter) updated(c *ledger.Case) time.Time {
	t := c.Times
	at := latest(r.now(), created(c), t.Received, t.Decided, t.FirstChange, t.Contained, t.Verified)
	return at.Truncate(time.Millisecond).Add(time.Duration(c.Report.Wanted) * time.Millisecond)
}

func latest(times ...time.Time) (last time.Time) {
	for _, at := range times {
		if at.After(last) {
			last = at
		}
	}
	return last
}

func stamp(at time.Time) *string {
	return aws.String(at.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
